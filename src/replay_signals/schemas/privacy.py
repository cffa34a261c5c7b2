"""Rules of privacy: which text is kept, masked, hashed or removed before anything is written (docs/privacy.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from replay_signals.schemas.page_rules import PAGE_PARAMETERS

PRIVACY_REVISION = 2
"""Counts up when the code keeps other text by the same rules."""
Action = Literal["keep", "mask", "hash", "remove"]
"""keep: as it is. mask: `[email]`. hash: `[email:kbtgr]`, a keyed fingerprint that tells two apart. remove: nothing."""


def doc(text: str) -> Meta:
    """Field documentation."""
    return Meta(description=text)


class Patterns(Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of personal data that a text shows by its form. Each is checked, not only matched."""

    private_key: Annotated[Action, doc("PEM blocks of private keys")] = "mask"
    jwt: Annotated[Action, doc("JSON Web Tokens (RFC 7519)")] = "mask"
    bearer: Annotated[Action, doc("Credentials of an Authorization header: Bearer, Basic, Digest, Token")] = "mask"
    cloud_key: Annotated[
        Action, doc("Keys of AWS, Google, Azure, GitHub, GitLab, Slack, Stripe, PostHog and alike")
    ] = "mask"
    email: Annotated[Action, doc("E-mail addresses, of any script, written out or encoded")] = "mask"
    handle: Annotated[Action, doc("Names of accounts: @maria")] = "mask"
    iban: Annotated[Action, doc("Bank accounts: length by country and check digits (ISO 13616)")] = "mask"
    card: Annotated[Action, doc("Payment cards: first digits of an issuer and the Luhn check (ISO/IEC 7812)")] = "mask"
    national_id: Annotated[Action, doc("National numbers of people with their check digits (python-stdnum)")] = "mask"
    coordinates: Annotated[Action, doc("Places to 11 m and finer: latitude and longitude with 4 decimals")] = "mask"
    ip: Annotated[Action, doc("IPv4 and IPv6 addresses, loopback left out")] = "mask"
    device_id: Annotated[Action, doc("Numbers of phones (IMEI) and of network cards (MAC addresses)")] = "mask"
    phone: Annotated[Action, doc("Phone numbers with a country code, a trunk zero or the form of North America")] = (
        "mask"
    )
    uuid: Annotated[Action, doc("UUIDs: random names of sessions, orders and the like")] = "keep"
    encoded: Annotated[Action, doc("Text in base64 or hexadecimal digits")] = "mask"
    secret: Annotated[Action, doc("Random texts of 32 characters and more that are no UUID")] = "mask"
    number: Annotated[
        Action, doc("Numbers of 6 digits and more, which may name a customer, an order, a date of birth")
    ] = "mask"


class Elements(Struct, frozen=True, forbid_unknown_fields=True):
    """Which elements may show their names, by CSS selector: tag, #id, .class, [attribute], descendant, child."""

    mask: Annotated[tuple[str, ...], doc("No text of these and of what is below them is kept, only a fingerprint")] = (
        # rows and choices: their text is data
        "tr",
        "td",
        "option",
        "[role=row]",
        "[role=cell]",
        "[role=gridcell]",
        "[role=listitem]",
        "[role=option]",
        "[role=treeitem]",
        "[role=log]",
        # what recorders mask: rrweb, PostHog, Sentry, Datadog, FullStory, Clarity, Hotjar, OpenReplay, Amplitude …
        ".rr-mask",
        ".ph-mask",
        ".ph-sensitive",
        ".sentry-mask",
        "[data-sentry-mask]",
        ".dd-privacy-mask",
        "[data-dd-privacy=mask]",
        "[data-dd-privacy=mask-user-input]",
        ".fs-mask",
        "[data-clarity-mask]",
        "[data-hj-suppress]",
        "[data-openreplay-masked]",
        "[data-openreplay-obscured]",
        ".amp-mask",
        ".highlight-mask",
        "[data-private]",
    )
    mask_text: Annotated[
        tuple[str, ...], doc("As `mask`, but what they say of themselves in attributes stays: labels of fields")
    ] = ("[contenteditable]", "[role=textbox]", "select", "textarea")
    remove: Annotated[
        tuple[str, ...], doc("Nothing of these and of what is below them is kept: neither names nor ids")
    ] = (
        ".rr-block",
        ".ph-no-capture",
        ".sentry-block",
        "[data-sentry-block]",
        ".dd-privacy-hidden",
        "[data-dd-privacy=hidden]",
        ".fs-exclude",
        "[data-openreplay-hidden]",
        ".amp-block",
        ".highlight-block",
        ".lr-hide",
    )
    keep: Annotated[
        tuple[str, ...], doc("Page text again inside of what is masked; never inside of what is removed")
    ] = (
        ".ph-unmask",
        ".sentry-unmask",
        "[data-sentry-unmask]",
        ".fs-unmask",
        ".dd-privacy-allow",
        "[data-dd-privacy=allow]",
        "[data-clarity-unmask]",
        ".amp-unmask",
    )


class OwnPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A pattern of one's own: a regular expression whose every repetition has a bound."""

    name: Annotated[str, doc("What stands for it: `ticket` becomes `[ticket]`; small letters and _")]
    pattern: Annotated[str, doc("Python's syntax without `*`, `+`, `{n,}`, repetition in repetition, and references")]
    action: Annotated[Action, doc("As for the other patterns")] = "mask"


class Privacy(Struct, frozen=True, forbid_unknown_fields=True):
    """What may leave. Applies before anything is written; what is masked cannot be got back."""

    enabled: Annotated[bool, doc("false keeps every text as it came: for invented data alone")] = True
    control_names: Annotated[
        Literal["keep", "mask"],
        doc("Names of buttons, links and fields: kept unless a rule says otherwise, or private by default"),
    ] = "keep"
    unknown_ancestry: Annotated[
        Literal["keep", "mask"],
        doc("Names in what is added to a page later, where the message does not show what is around it"),
    ] = "mask"
    known_names: Annotated[tuple[str, ...], doc("Words that are page text wherever they stand")] = (
        *("Accept", "Account", "Add", "Add to cart", "Apply", "Back", "Buy", "Buy now", "Cancel", "Cart", "Checkout"),
        *(
            "Clear",
            "Close",
            "Confirm",
            "Continue",
            "Copy",
            "Create",
            "Decline",
            "Delete",
            "Details",
            "Done",
            "Download",
        ),
        *("Edit", "Email", "Export", "Filter", "Finish", "Help", "Hide", "Home", "Import", "Less", "Like", "Log in"),
        *("Log out", "Login", "Logout", "Menu", "More", "Name", "Next", "No", "OK", "Open", "Order", "Password", "Pay"),
        *("Pay now", "Place order", "Previous", "Print", "Profile", "Refresh", "Register", "Reload", "Remove", "Reply"),
        *("Reset", "Retry", "Save", "Save changes", "Search", "Select", "Send", "Settings", "Share", "Show", "Sign in"),
        *("Sign out", "Sign up", "Skip", "Sort", "Start", "Stop", "Submit", "Try again", "Undo", "Update", "Upload"),
        *("View", "Yes"),
    )
    key_names: Annotated[
        tuple[str, ...], doc("Values of keys with such a part are masked: in JSON, in `key=value`, in properties")
    ] = (
        *(
            "password",
            "passwd",
            "passphrase",
            "pwd",
            "pin",
            "otp",
            "secret",
            "token",
            "apikey",
            "accesskey",
            "privatekey",
        ),
        *(
            "credential",
            "auth",
            "authorization",
            "cookie",
            "session",
            "sid",
            "csrf",
            "xsrf",
            "jwt",
            "bearer",
            "signature",
        ),
        *(
            "card",
            "cvc",
            "cvv",
            "iban",
            "bic",
            "account",
            "ssn",
            "passport",
            "taxid",
            "email",
            "mail",
            "phone",
            "mobile",
        ),
        *("name", "address", "street", "city", "zip", "postcode", "postal", "birth", "dob", "gender", "lat", "lng"),
        *("latitude", "longitude", "ip", "user", "customer", "patient"),
    )
    path_names: Annotated[
        tuple[str, ...], doc("The segment of a URL path after such a one is masked, unless it is a number")
    ] = (
        *("u", "user", "users", "member", "members", "people", "person", "profile", "profiles", "author", "authors"),
        *(
            "customer",
            "customers",
            "patient",
            "patients",
            "reset",
            "invite",
            "invitation",
            "verify",
            "confirm",
            "magic",
        ),
        *("token", "unsubscribe", "session", "sessions", "search", "find"),
    )
    page_parameters: Annotated[
        tuple[str, ...], doc("Parameters of which a plain word is kept, since it chooses the page as a path does")
    ] = PAGE_PARAMETERS
    national_ids: Annotated[tuple[str, ...], doc("Which national numbers are looked for: modules of python-stdnum")] = (
        *("us.ssn", "gb.nhs", "de.idnr", "fr.nir", "es.dni", "es.nie", "it.codicefiscale", "se.personnummer", "dk.cpr"),
        *("fi.hetu", "no.fodselsnummer", "is_.kennitala", "ee.ik", "pl.pesel", "be.nn", "ch.ssn", "cz.rc", "ro.cnp"),
        *("hr.oib", "gr.amka", "br.cpf", "mx.curp", "cl.rut", "in_.aadhaar", "in_.pan", "cn.ric", "kr.rrn", "za.idnr"),
        *("tr.tckimlik", "ca.sin"),
    )
    event_properties: Annotated[
        tuple[str, ...], doc("Properties of analytics events that are kept; `*` stands for any end")
    ] = (
        *(
            "$app_build",
            "$app_name",
            "$app_namespace",
            "$app_version",
            "$browser",
            "$browser_language",
            "$browser_type",
            "$browser_version",
        ),
        *("$current_url", "$dead_click_*", "$device_type", "$event_type", "$exception_level", "$exception_list"),
        *(
            "$exception_handled",
            "$exception_issue_id",
            "$exception_message",
            "$exception_type",
            "$feature/*",
            "$feature_flag",
        ),
        *(
            "$feature_flag_response",
            "$geoip_country_code",
            "$host",
            "$is_identified",
            "$lib",
            "$lib_version",
            "$locale",
        ),
        *(
            "$os",
            "$os_name",
            "$os_version",
            "$pathname",
            "$prev_pageview_*",
            "$referrer",
            "$referring_domain",
            "$screen_*",
        ),
        *("$timezone", "$viewport_height", "$viewport_width", "$web_vitals_*", "currency"),
        *("price", "quantity", "release", "revenue", "value", "version"),
    )
    person_properties: Annotated[tuple[str, ...], doc("Properties of people that are kept; `*` stands for any end")] = (
        *(
            "$app_version",
            "$browser",
            "$browser_version",
            "$device_type",
            "$geoip_country_code",
            "$os",
            "$os_version",
        ),
        *("$internal_or_test_user", "plan"),
    )
    hashed_properties: Annotated[
        tuple[str, ...], doc("Properties of events and people of which a keyed hash is kept, to count or join by")
    ] = ()
    distinct_ids: Annotated[
        Literal["pattern", "hash", "keep"],
        doc("Distinct ids that say who it is become keyed hashes; `hash`: all of them; `keep`: none"),
    ] = "pattern"
    console_levels: Annotated[
        tuple[str, ...], doc("Console lines of which the text is kept; of others their number")
    ] = (
        "warn",
        "error",
    )
    dead_letters: Annotated[
        Literal["mask", "remove", "keep"],
        doc("Payload of rejected input: its form without its text, nothing, or as it came (for a store of its own)"),
    ] = "mask"
    elements: Elements = Elements()
    patterns: Patterns = Patterns()
    own_patterns: Annotated[list[OwnPattern], doc("Patterns of one's own, before the others")] = []
