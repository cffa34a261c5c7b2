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


def snippet(recorder: str, session: str) -> str:
    """What a site's owner puts into the head of every page."""
    if recorder == "rrweb":
        return (
            '<script src="/lib/rrweb/dist/rrweb.umd.min.cjs"></script>'
            f'<script src="/lib/@rrweb/{CONSOLE}/dist/{CONSOLE}.umd.min.cjs"></script>'
            "<script>if(!window.opener&&window===window.top&&window.__keep)rrweb.record({"
            "emit:function(e){window.__keep(JSON.stringify(e))},sampling:{mousemove:50,scroll:100},"
            "maskAllInputs:true,blockClass:'ph-no-capture',"
            "plugins:[rrwebPluginConsoleRecord.getRecordConsolePlugin({level:['error','warn']})]});</script>"
        )
    compress = "false" if recorder == "posthog-plain" else "true"
    return (
        '<script src="/static/array.full.js"></script><script>if(window===window.top){posthog.init("phc_test",{'
        'api_host:"http://site.test",ui_host:"http://site.test",opt_out_useragent_filter:true,'
        'person_profiles:"always",capture_dead_clicks:true,capture_exceptions:true,disable_web_experiments:true,'
        f"session_recording:{{maskAllInputs:true,compress_events:{compress}}}}});"
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
