"""How the recorders get into the pages: the head snippet of a site's owner, and the settings PostHog's SDK asks for."""

from __future__ import annotations

import json

CONSOLE = "rrweb-plugin-console-record"
CONFIG = {
    "token": "phc_test",
    "supportedCompression": ["gzip", "gzip-js"],
    "hasFeatureFlags": False,
    "captureDeadClicks": True,
    "capturePerformance": {"network_timing": True, "web_vitals": True, "web_vitals_allowed_metrics": None},
    "autocapture_opt_out": False,
    "autocaptureExceptions": True,
    "analytics": {"endpoint": "/i/v0/e/"},
    "elementsChainAsString": True,
    "errorTracking": {"autocaptureExceptions": True, "suppressionRules": []},
    "sessionRecording": {
        "endpoint": "/s/",
        "consoleLogRecordingEnabled": True,
        "recorderVersion": "v2",
        "sampleRate": None,
        "minimumDurationMilliseconds": None,
        "linkedFlag": None,
        "networkPayloadCapture": {"recordBody": True, "recordHeaders": True},
        "urlTriggers": [],
        "urlBlocklist": [],
        "eventTriggers": [],
    },
    "heatmaps": True,
    "surveys": False,
    "defaultIdentifiedOnly": False,
    "isAuthenticated": False,
    "siteApps": [],
    "toolbarParams": {},
}
FLAGS = {"flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": False, **CONFIG}


RRWEB = {
    "rrweb": "sampling:{mousemove:50,scroll:100},checkoutEveryNms:15000,"
    "plugins:[rrwebPluginConsoleRecord.getRecordConsolePlugin({level:['error','warn']})]",
    "rrweb-bare": "sampling:{mousemove:50,scroll:150},checkoutEveryNth:200",
    "rrweb-clicks": "sampling:{mousemove:false,scroll:150,input:'last',mouseInteraction:{MouseUp:false,MouseDown:false,"
    "Click:true,ContextMenu:false,DblClick:false,Focus:false,Blur:false,TouchStart:false,TouchEnd:false}}",
}
"""Settings of plain rrweb: with messages of the console and a checkout every 15 s; without messages and a checkout
every 200 events; clicks only, as recorders do that save room."""
SILENT = frozenset(("rrweb-bare", "rrweb-clicks"))
"""Recorders that hold neither requests nor messages: a control that throws or fails is silent there."""
POSTHOG = {
    "posthog": "compress_events:true,full_snapshot_interval_millis:15000",
    "posthog-plain": "compress_events:false,full_snapshot_interval_millis:15000",
    "posthog-default": "compress_events:true",
}


def snippet(recorder: str, session: str) -> str:
    """What a site's owner puts into the head of every page."""
    if recorder in RRWEB:
        return (
            '<script src="/lib/rrweb/dist/rrweb.umd.min.cjs"></script>'
            f'<script src="/lib/@rrweb/{CONSOLE}/dist/{CONSOLE}.umd.min.cjs"></script>'
            "<script>if(window===window.top&&window.__keep)rrweb.record({"
            "emit:function(e){window.__keep(JSON.stringify(e))},maskAllInputs:true,blockClass:'ph-no-capture',"
            f"{RRWEB[recorder]}}});</script>"
        )
    return (
        '<script src="/static/array.full.js"></script><script>if(window===window.top){posthog.init("phc_test",{'
        'api_host:"http://site.test",ui_host:"http://site.test",opt_out_useragent_filter:true,'
        'person_profiles:"always",capture_dead_clicks:true,capture_exceptions:true,disable_web_experiments:true,'
        f"session_recording:{{maskAllInputs:true,{POSTHOG[recorder]}}}}});"
        f'posthog.identify("user-{session}");}}</script>'
    )


def remote_config(as_script: bool) -> bytes:
    """What the SDK loads from /array/TOKEN/config(.js)."""
    if not as_script:
        return json.dumps(CONFIG).encode()
    config = json.dumps({"config": CONFIG, "siteApps": []})
    name = "window._POSTHOG_REMOTE_CONFIG"
    return f"(function(){{{name}={name}||{{}};{name}['phc_test']={config}}})();".encode()


def flags() -> bytes:
    """The answer to /flags."""
    return json.dumps(FLAGS).encode()
