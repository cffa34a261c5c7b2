"""A visit that has a bit of everything, for properties that need real-looking events of all kinds."""

from __future__ import annotations

from support import events as rrweb
from support.dom import button, el, field_, link
from support.web import Visit


def shop_visit() -> Visit:
    """Two tabs: a working and a dead button, an error, a failing request, a form, scrolling, a shaken pointer."""
    visit = Visit()
    shop = visit.open(
        "http://shop.test/cart?voucher=SECRET#top",
        el("p", "0", id="total"),
        button("Add", id="add"),
        button("Pay", id="pay"),
        button("Send", id="send"),
        button("Wait", id="wait", disabled=""),
        link("Help", "/help.html", id="help"),
        el("form", field_("mail", "email"), el("label", "Terms", id="label", for_="terms"), id="form", action="/order"),
        el("input", id="terms", type="checkbox"),
    )
    shop.click("add", at=2000).says("total", "1", at=2040).click("add", at=2400).says("total", "2", at=2440)
    shop.clicks("pay", 4000, 4300, 4600, 4900).fails("TypeError: pay is not a function", at=5000)
    shop.click("send", at=13_000).asks("/api/order?token=1", at=13_020, status=500, method="POST")
    shop.click("wait", at=21_000).types("mail", "abc", at=22_000).click_label("label", "terms", at=24_000)
    shop.adds(el("div", button("Close", id="close"), class_="alert toast", id="toast"), at=24_050)
    shop.click("close", at=26_000).sets("toast", at=26_030, hidden="")
    for i in range(8):
        shop.scrolls(600 if i % 2 else 0, at=30_000 + 400 * i)
    for i in range(24):
        shop.points(38_000 + 50 * i, x=300 + 120 * (i % 2), y=300)
    shop.record(rrweb.incremental(40_000, 4, width=800, height=600)).selects(40_500).checks_out(at=41_000)
    shop.record(rrweb.incremental(41_500, 7, type=0, id=5)).record(rrweb.incremental(41_600, 9, id=5, commands=[]))
    shop.record(rrweb.incremental(41_700, 8, id=3, adds=[])).record(rrweb.custom(42_000, "window hidden"))
    help_page = visit.open("http://shop.test/help.html", link("Back", "/cart", id="back"), at=43_000, window="window-2")
    help_page.tap("back", at=45_000).lives(45_200)
    shop.goes_to("http://shop.test/cart#/step2", at=46_000)
    visit.open("http://shop.test/gone", el("h1", "Not found"), at=47_000, status=404).lives(52_000)
    visit.event("$exception", at=5000, _exception_list=[{"type": "TypeError", "value": "pay is not a function"}])
    visit.event("$pageview", at=20, _current_url="http://shop.test/cart", **{"$feature/checkout": "test"})
    return visit
