-- Views that answer everyday questions, over what counts of each table (`latest_<table>`).
--
-- Written for DuckDB and translated for other engines. The comment of a view says what a row is, and below it what
-- each of its columns holds. PROPERTIES stands for a column of each property that the rules of privacy keep by its name.

-- One session with who it was and whether it counts.
-- day: UTC day the session started
-- team: project token
-- session_id: session id of the recorder
-- visitor: person, else distinct id, else the session
-- is_visitor: false for bots, colleagues and tests
-- started_at: first event
-- ended_at: last event
-- severity: 0 to 100: how bad it was for the visitor
-- release: release of the page or app; empty when unknown
-- device_type: Desktop, Mobile or Tablet; empty when unknown
-- browser: browser; empty when unknown
-- country: ISO 3166 code; empty when unknown
CREATE VIEW visits AS
SELECT day, team, session_id, COALESCE(NULLIF(person_id, ''), NULLIF(distinct_id, ''), session_id) AS visitor,
       COALESCE(NULLIF(traffic, ''), 'visitor') = 'visitor' AS is_visitor,
       started_at, ended_at, severity, COALESCE(release, '') AS release, COALESCE(device_type, '') AS device_type,
       COALESCE(browser, '') AS browser, COALESCE(country, '') AS country
FROM latest_sessions;

-- One session with the properties of its person, each a column of text.
-- day: UTC day the session started
-- team: project token
-- session_id: session id of the recorder
-- visitor: person, else distinct id, else the session
-- is_visitor: false for bots, colleagues and tests
-- PROPERTY: the property of this name as text; null when there is none
CREATE VIEW session_properties AS
SELECT day, team, session_id, COALESCE(NULLIF(person_id, ''), NULLIF(distinct_id, ''), session_id) AS visitor,
       COALESCE(NULLIF(traffic, ''), 'visitor') = 'visitor' AS is_visitor, PROPERTIES(person_properties)
FROM latest_sessions;

-- One event with its properties, each a column of text.
-- day: UTC day of the event
-- team: project token
-- session_id: session id of the recorder; empty when the event has none
-- uuid: id of the event
-- event: name of the event
-- occurred_at: when, client clock
-- PROPERTY: the property of this name as text; null when there is none
CREATE VIEW event_properties AS
SELECT day, team, session_id, uuid, event, occurred_at, PROPERTIES(properties)
FROM latest_events;

-- What happened in a session, in order: pages, clicks, signals, exceptions, console lines, requests, events.
-- day: UTC day the session started
-- team: project token
-- session_id: session id of the recorder
-- occurred_at: when, client clock
-- what: view, click, tap, signal, error, console (a warning or error), request (failed), fetch (by a script, not failed) or event
-- name: page pattern, element, kind of signal, type of exception, level, route or name of the event
-- detail: entry, exit or both, verdict of a click, summary of a signal, message of an error or line, status of a request
-- page: URL of the page
-- severity: of a signal, 0 to 100; else 0
-- of_problem: problem of a signal that belongs to one; else empty
-- note: how long a page or request took, what answered a click or why nothing is known of it; else empty
CREATE VIEW session_timeline AS
SELECT day, team, session_id, started_at AS occurred_at, 'view' AS what, page_pattern AS name,
       CASE WHEN is_entry AND is_exit THEN 'entry and exit' WHEN is_entry THEN 'entry' WHEN is_exit THEN 'exit'
            ELSE '' END AS detail,
       page, 0.0 AS severity, '' AS of_problem,
       CASE WHEN load_ms IS NOT NULL THEN 'loaded in ' || CAST(CAST(ROUND(load_ms) AS BIGINT) AS VARCHAR) || ' ms' ELSE '' END
       || CASE WHEN load_ms IS NOT NULL AND status >= 400 THEN ', ' ELSE '' END
       || CASE WHEN status >= 400 THEN 'status ' || CAST(status AS VARCHAR) ELSE '' END AS note
FROM latest_page_views
UNION ALL
SELECT day, team, session_id, occurred_at, kind, element, verdict, page, 0.0, '',
       CASE WHEN reaction <> '' AND reaction_ms IS NOT NULL
            THEN reaction || ' after ' || CAST(CAST(ROUND(reaction_ms) AS BIGINT) AS VARCHAR) || ' ms'
            ELSE COALESCE(reason, '') END
FROM latest_interactions
UNION ALL
SELECT day, team, session_id, started_at, 'signal', kind, summary, page, severity, COALESCE(problem_id, ''), ''
FROM latest_signals
UNION ALL
SELECT day, team, session_id, occurred_at, 'error', COALESCE(NULLIF(type, ''), 'Error'), message, page, 0.0, '', ''
FROM latest_exceptions
UNION ALL
SELECT day, team, session_id, occurred_at, 'console', level, message, page, 0.0, '', ''
FROM latest_console_logs WHERE level IN ('warn', 'error')
UNION ALL
SELECT day, team, session_id, started_at, CASE WHEN status >= 400 THEN 'request' ELSE 'fetch' END,
       COALESCE(NULLIF(route, ''), url), COALESCE(CAST(status AS VARCHAR), ''), page, 0.0, '',
       COALESCE(CAST(CAST(ROUND(duration_ms) AS BIGINT) AS VARCHAR) || ' ms', '')
FROM latest_network_requests WHERE status >= 400 OR initiator IN ('fetch', 'xmlhttprequest')
UNION ALL
SELECT day, team, session_id, occurred_at, 'event', event, '', page, 0.0, '', ''
FROM latest_events WHERE session_id <> '';

-- One problem that stands on the newest day that was ranked, the worst first when ordered by severity.
-- day: day up to which sessions count
-- team: project token
-- problem_id: the same in signals and in the inbox
-- title: kind, element and place
-- state: new, ongoing or regressed
-- priority: P0 to P4
-- severity: 0 to 100
-- users: distinct visitors affected
-- exposed_sessions: sessions that met the place or control
-- affected_share: affected among them, 0 to 1
-- effect: change of the outcome's share by the problem; null: too few to say
-- effect_low: lower end of its 95 % interval
-- effect_high: upper end of it
-- first_seen: first incident
-- started_with: release or flag variant it came with; empty when unknown
-- summary: whom it hurts, how much and since when
CREATE VIEW problems_today AS
SELECT p.day, p.team, p.problem_id, p.title, p.state, p.priority, p.severity, p.users, p.used_sessions AS exposed_sessions,
       p.affected_share, p.effect, p.effect_low, p.effect_high, p.first_seen, p.started_with, p.summary
FROM latest_problems AS p
JOIN (SELECT team, MAX(day) AS newest FROM latest_problems GROUP BY team) AS n ON n.team = p.team AND n.newest = p.day
WHERE p.state IN ('new', 'ongoing', 'regressed');

-- One problem on one day: how many met it, of how many who could have.
-- day: UTC day the sessions started
-- team: project token
-- problem_id: the same in signals and in the inbox
-- sessions: sessions affected
-- users: distinct visitors affected
-- incidents: times it happened
-- exposed_sessions: sessions that met its units, once a unit
-- affected_sessions: of them, sessions that met the problem
CREATE VIEW problem_history AS
SELECT o.day, o.team, o.problem_id, COALESCE(d.sessions, 0) AS sessions, COALESCE(d.users, 0) AS users,
       COALESCE(d.incidents, 0) AS incidents, o.exposed_sessions, o.affected_sessions
FROM (
    SELECT c.day, c.team, c.problem_id, SUM(c.exposed) AS exposed_sessions, SUM(c.affected) AS affected_sessions
    FROM (
        SELECT e.day, u.team, u.problem_id, e.sessions AS exposed, 0 AS affected
        FROM latest_exposure_days AS e
        JOIN (
            SELECT DISTINCT team, problem_id, unit, place, unit_key FROM latest_problem_arms WHERE dimension = 'stratum'
        ) AS u ON u.team = e.team AND u.unit = e.unit AND u.place = e.place AND u.unit_key = e.unit_key
        UNION ALL
        SELECT day, team, problem_id, 0, affected FROM latest_problem_arms WHERE dimension = 'stratum'
    ) AS c
    GROUP BY c.day, c.team, c.problem_id
) AS o
LEFT JOIN latest_problem_days AS d ON d.day = o.day AND d.team = o.team AND d.problem_id = o.problem_id;

-- One session that met one problem.
-- day: UTC day the session started
-- team: project token
-- problem_id: the same in signals and in the inbox
-- session_id: session id of the recorder
-- visitor: person, else distinct id, else the session
-- is_visitor: false for bots, colleagues and tests
-- offset_ms: first signal of it, from the start of the recording
-- signals: signals of it
-- severity: the worst of them, 0 to 100
-- confidence: the surest of them, 0 to 1
-- release: release of the page or app; empty when unknown
-- device_type: Desktop, Mobile or Tablet; empty when unknown
CREATE VIEW problem_sessions AS
SELECT v.day, s.team, s.problem_id, s.session_id, v.visitor, v.is_visitor, MIN(s.offset_ms) AS offset_ms,
       COUNT(*) AS signals, MAX(s.severity) AS severity, MAX(s.confidence) AS confidence, v.release, v.device_type
FROM latest_signals AS s
JOIN visits AS v ON v.team = s.team AND v.session_id = s.session_id
WHERE s.problem_id <> ''
GROUP BY v.day, s.team, s.problem_id, s.session_id, v.visitor, v.is_visitor, v.release, v.device_type;

-- One page: how many of its visitors met trouble there.
-- team: project token
-- page_pattern: URL path with ids replaced
-- sessions: sessions that saw the page
-- visitors: distinct visitors that saw it
-- hurt_sessions: sessions with a signal there
-- hurt_visitors: distinct visitors with a signal there
-- hurt_share: hurt among the visitors of the page, 0 to 1
-- severity: mean of the worst signal there of the hurt sessions, 0 to 100
CREATE VIEW page_friction AS
SELECT seen.team, seen.page_pattern, COUNT(*) AS sessions, COUNT(DISTINCT seen.visitor) AS visitors,
       COUNT(hurt.session_id) AS hurt_sessions,
       COUNT(DISTINCT CASE WHEN hurt.session_id IS NOT NULL THEN seen.visitor END) AS hurt_visitors,
       COUNT(DISTINCT CASE WHEN hurt.session_id IS NOT NULL THEN seen.visitor END) * 1.0 / COUNT(DISTINCT seen.visitor)
           AS hurt_share,
       AVG(hurt.severity) AS severity
FROM (
    SELECT DISTINCT p.team, p.session_id, p.page_pattern, v.visitor
    FROM latest_page_views AS p
    JOIN visits AS v ON v.team = p.team AND v.session_id = p.session_id
    WHERE v.is_visitor
) AS seen
LEFT JOIN (
    SELECT team, session_id, page_pattern, MAX(severity) AS severity
    FROM latest_signals GROUP BY team, session_id, page_pattern
) AS hurt ON hurt.team = seen.team AND hurt.session_id = seen.session_id AND hurt.page_pattern = seen.page_pattern
GROUP BY seen.team, seen.page_pattern;

-- Clicks on one element of a page on screens of one width: a heatmap in numbers.
-- team: project token
-- page_pattern: URL path with ids replaced
-- width_px: width of the viewport, rounded down to 200 CSS pixels
-- element_key: what survives a redeploy
-- element: readable name
-- x_px: mean x on the page, CSS pixels
-- y_px: mean y on the page, CSS pixels
-- clicks: clicks and taps
-- dead_clicks: of them, without an answer
-- sessions: sessions that clicked it
-- share: of the sessions that clicked anything on that page and width, 0 to 1
CREATE VIEW page_clicks AS
SELECT c.team, c.page_pattern, c.width_px, c.element_key, MIN(c.element) AS element, AVG(c.page_x_px) AS x_px,
       AVG(c.page_y_px) AS y_px, COUNT(*) AS clicks, COUNT(CASE WHEN c.verdict = 'dead' THEN 1 END) AS dead_clicks,
       COUNT(DISTINCT c.session_id) AS sessions, COUNT(DISTINCT c.session_id) * 1.0 / MAX(o.sessions) AS share
FROM (
    SELECT team, session_id, page_pattern, element_key, element, page_x_px, page_y_px, verdict,
           CAST(FLOOR(viewport_width_px / 200.0) AS BIGINT) * 200 AS width_px
    FROM latest_interactions
) AS c
JOIN (
    SELECT team, page_pattern, CAST(FLOOR(viewport_width_px / 200.0) AS BIGINT) * 200 AS width_px,
           COUNT(DISTINCT session_id) AS sessions
    FROM latest_interactions
    GROUP BY team, page_pattern, CAST(FLOOR(viewport_width_px / 200.0) AS BIGINT) * 200
) AS o ON o.team = c.team AND o.page_pattern = c.page_pattern AND o.width_px = c.width_px
GROUP BY c.team, c.page_pattern, c.width_px, c.element_key;

-- One exception with the session behind it.
-- day: UTC day the session started
-- team: project token
-- session_id: session id of the recorder
-- visitor: person, else distinct id, else the session
-- occurred_at: when, client clock
-- fingerprint: the same for one cause
-- type: TypeError …
-- message: message, masked
-- page_pattern: page it happened on
-- release: release of the page or app; empty when unknown
-- is_after_click: it belongs to a click or tap
CREATE VIEW session_errors AS
SELECT v.day, e.team, e.session_id, v.visitor, e.occurred_at, e.fingerprint, e.type, e.message, e.page_pattern, e.release,
       e.interaction_id <> '' AS is_after_click
FROM latest_exceptions AS e
JOIN visits AS v ON v.team = e.team AND v.session_id = e.session_id
WHERE v.is_visitor;

-- One route on one day: how often, how slow, how often failed.
-- day: UTC day the session started
-- team: project token
-- route: method and path pattern
-- requests: requests
-- sessions: sessions that made them
-- failed: answered with 400 or above
-- failed_share: of the requests with a known status, 0 to 1; null when none is known
-- p50_ms: median duration
-- p95_ms: 95th percentile of the duration
CREATE VIEW routes AS
SELECT day, team, route, COUNT(*) AS requests, COUNT(DISTINCT session_id) AS sessions,
       COUNT(CASE WHEN status >= 400 THEN 1 END) AS failed,
       COUNT(CASE WHEN status >= 400 THEN 1 END) * 1.0 / NULLIF(COUNT(status), 0) AS failed_share,
       QUANTILE_CONT(duration_ms, 0.5) AS p50_ms, QUANTILE_CONT(duration_ms, 0.95) AS p95_ms
FROM latest_network_requests
WHERE route <> ''
GROUP BY day, team, route;

-- How fast one page was on one day. Good: LCP <= 2.5 s, INP <= 200 ms, CLS <= 0.1; poor: > 4 s, > 500 ms, > 0.25 (web.dev).
-- day: UTC day the session started
-- team: project token
-- page_pattern: URL path with ids replaced
-- views: page views
-- measured_views: of them, those of which LCP, INP or CLS is known
-- sessions: sessions that viewed it
-- lcp_p75_ms: 75th percentile of the largest contentful paint; null when none is known, as below
-- inp_p75_ms: the same of interaction to next paint
-- cls_p75: the same of cumulative layout shift
-- fcp_p75_ms: the same of the first contentful paint
-- ttfb_p75_ms: the same of the time to first byte
-- load_p75_ms: the same of the time until the document had loaded
-- good_share: of the measured views, those in which all that is known was good, 0 to 1; null when none is measured
-- poor_share: of the measured views, those in which one of them was poor, 0 to 1; null when none is measured
-- long_task_ms: time in long tasks, mean of the views of which it is known; null when of none
CREATE VIEW page_vitals AS
SELECT p.day, p.team, p.page_pattern, COUNT(*) AS views,
       COUNT(COALESCE(p.lcp_ms, p.inp_ms, p.cls)) AS measured_views, COUNT(DISTINCT p.session_id) AS sessions,
       QUANTILE_CONT(p.lcp_ms, 0.75) AS lcp_p75_ms, QUANTILE_CONT(p.inp_ms, 0.75) AS inp_p75_ms,
       QUANTILE_CONT(p.cls, 0.75) AS cls_p75, QUANTILE_CONT(p.fcp_ms, 0.75) AS fcp_p75_ms,
       QUANTILE_CONT(p.ttfb_ms, 0.75) AS ttfb_p75_ms, QUANTILE_CONT(p.load_ms, 0.75) AS load_p75_ms,
       COUNT(CASE WHEN COALESCE(p.lcp_ms, p.inp_ms, p.cls) IS NOT NULL AND COALESCE(p.lcp_ms, 0) <= 2500
                   AND COALESCE(p.inp_ms, 0) <= 200 AND COALESCE(p.cls, 0) <= 0.1 THEN 1 END) * 1.0
           / NULLIF(COUNT(COALESCE(p.lcp_ms, p.inp_ms, p.cls)), 0) AS good_share,
       COUNT(CASE WHEN COALESCE(p.lcp_ms, 0) > 4000 OR COALESCE(p.inp_ms, 0) > 500 OR COALESCE(p.cls, 0) > 0.25
                  THEN 1 END) * 1.0 / NULLIF(COUNT(COALESCE(p.lcp_ms, p.inp_ms, p.cls)), 0) AS poor_share,
       AVG(p.long_task_ms) AS long_task_ms
FROM latest_page_views AS p
JOIN visits AS v ON v.team = p.team AND v.session_id = p.session_id
WHERE v.is_visitor
GROUP BY p.day, p.team, p.page_pattern;

-- One kind of signal in the sessions of one release on one day: whether it went up after a release.
-- day: UTC day the sessions started
-- team: project token
-- release: release of the page or app; empty when unknown
-- kind: kind of signal
-- sessions: sessions of visitors that day and release
-- with_signal: of them, sessions with such a signal
-- share: with_signal among sessions, 0 to 1
CREATE VIEW release_signals AS
SELECT o.day, o.team, o.release, k.kind, o.sessions, COUNT(DISTINCT s.session_id) AS with_signal,
       COUNT(DISTINCT s.session_id) * 1.0 / o.sessions AS share
FROM (
    SELECT day, team, release, COUNT(*) AS sessions FROM visits WHERE is_visitor GROUP BY day, team, release
) AS o
JOIN (SELECT DISTINCT team, kind FROM latest_signals) AS k ON k.team = o.team
LEFT JOIN (
    SELECT v.day, v.team, v.release, g.kind, g.session_id
    FROM latest_signals AS g
    JOIN visits AS v ON v.team = g.team AND v.session_id = g.session_id
    WHERE v.is_visitor
) AS s ON s.day = o.day AND s.team = o.team AND s.release = o.release AND s.kind = k.kind
GROUP BY o.day, o.team, o.release, k.kind, o.sessions;
