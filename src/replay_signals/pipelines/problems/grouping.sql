-- Grouping: from sessions and what happened in them to daily counts of problems and of what could have met them.
--
-- One statement for every engine, written for DuckDB and translated by `dialects.py`. It counts the sessions that
-- started on the days in `wanted_days`, whole days at a time, so a day can be counted again without the others.
--
-- An engine provides the tables of the warehouse and, beside them:
--   wanted_days(day)                             days to count
--   wanted_outcomes(event)                       key events that count as success; empty: the formula below
--   settings(window_ms, horizon_ms, has_outcomes)  evidence window after time zero, horizon of an outcome; one row
--   without_visitors(team, snapshot_source)      platforms of a team on which only bots, colleagues or tests were recorded
--   session_flags(team, session_id, revision, flag, variant)   the map sessions.flags, one row an entry
--   millis(timestamp)                            milliseconds since 1970
-- Of `sessions` it also provides the days before and after: a session that turned out to start earlier has its newest
-- revision there, and does not count here.

-- materialised: sessions of the days: newest revision, of visitors. Bots, colleagues and tests count where nobody else is.
CREATE VIEW visits AS
SELECT s.day, s.team, s.session_id, s.revision, s.visitor, s.traffic, s.device_type, s.release, s.browser, s.os, s.country,
       s.is_judgeable
FROM (
    SELECT day, team, session_id, revision, snapshot_source,
           COALESCE(NULLIF(person_id, ''), NULLIF(distinct_id, ''), session_id) AS visitor,
           COALESCE(device_type, '') AS device_type, COALESCE(release, '') AS release,
           COALESCE(browser, '') AS browser, COALESCE(os, '') AS os, COALESCE(country, '') AS country,
           COALESCE(NULLIF(traffic, ''), 'visitor') AS traffic,
           COALESCE(judgeable, '') IN ('', 'ok') AS is_judgeable,
           ROW_NUMBER() OVER (PARTITION BY team, session_id ORDER BY revision DESC) AS age
    FROM sessions
) AS s
JOIN wanted_days AS w ON w.day = s.day
LEFT JOIN without_visitors AS n ON n.team = s.team AND n.snapshot_source = s.snapshot_source
WHERE s.age = 1 AND (s.traffic = 'visitor' OR n.team IS NOT NULL);

-- materialised: page views of the session's newest revision, and the page pattern that the session began with.
CREATE VIEW viewed AS
SELECT v.day, v.team, v.session_id, p.page_pattern, p.started_ms,
       FIRST_VALUE(p.page_pattern) OVER (
           PARTITION BY p.team, p.session_id ORDER BY p.started_ms, p.page_view_id
       ) AS entry_pattern
FROM (
    SELECT team, session_id, revision, page_view_id, page_pattern, MILLIS(started_at) AS started_ms
    FROM page_views
) AS p
JOIN visits AS v ON v.team = p.team AND v.session_id = p.session_id AND v.revision = p.revision;

-- materialised: clicks and taps of the session's newest revision.
CREATE VIEW clicked AS
SELECT v.day, v.team, v.session_id, COALESCE(NULLIF(i.place, ''), i.page_pattern) AS place, i.element_key,
       i.page_pattern, i.verdict, MILLIS(i.occurred_at) AS occurred_ms
FROM interactions AS i
JOIN visits AS v ON v.team = i.team AND v.session_id = i.session_id AND v.revision = i.revision;

-- Requests that a page makes for its work; pictures, fonts and the like answer nobody.
CREATE VIEW requested AS
SELECT v.day, v.team, v.session_id, r.route, r.started_ms
FROM (
    SELECT team, session_id, request_id, COALESCE(route, '') AS route, MILLIS(started_at) AS started_ms,
           ROW_NUMBER() OVER (PARTITION BY team, session_id, request_id ORDER BY revision DESC) AS age
    FROM network_requests
    WHERE initiator IN ('', 'fetch', 'xmlhttprequest', 'beacon', 'navigation')
) AS r
JOIN visits AS v ON v.team = r.team AND v.session_id = r.session_id
WHERE r.age = 1 AND r.route <> '';

-- materialised: incidents: the leading signal of each, with the unit at which others could have met the same.
CREATE VIEW troubles AS
SELECT v.day, v.team, v.session_id, v.visitor, v.traffic, s.problem_id, s.signal_id, s.kind, s.failure, s.cause,
       COALESCE(NULLIF(s.place, ''), s.page_pattern) AS place, s.page_pattern, s.element, s.element_key,
       s.request_route, s.summary, s.confidence, s.severity, s.blocked, s.offset_ms,
       s.started_at, s.started_ms, s.ended_ms,
       s.unit,
       CASE s.unit WHEN 'route' THEN '' WHEN 'control' THEN COALESCE(NULLIF(s.place, ''), s.page_pattern)
            ELSE s.page_pattern END AS unit_place,
       CASE s.unit WHEN 'route' THEN REGEXP_REPLACE(s.request_route, ' [^ ]+$', '') WHEN 'control' THEN s.element_key
            ELSE '' END AS unit_key,
       s.priors_version
FROM (
    SELECT team, session_id, signal_id, status, kind, page_pattern, element, element_key, summary, confidence, severity,
           offset_ms, started_at, COALESCE(problem_id, '') AS problem_id, COALESCE(is_leading, FALSE) AS is_leading,
           COALESCE(failure, '') AS failure, COALESCE(cause, '') AS cause, COALESCE(place, '') AS place,
           COALESCE(request_route, '') AS request_route, COALESCE(components['blocked'], 0.0) AS blocked,
           CASE WHEN COALESCE(request_route, '') <> '' THEN 'route'
                WHEN element_key <> '' AND failure IN ('silence', 'blocked', 'slow', 'exception') THEN 'control'
                ELSE 'page' END AS unit,
           COALESCE(priors_version, '') AS priors_version,
           MILLIS(started_at) AS started_ms, MILLIS(ended_at) AS ended_ms,
           ROW_NUMBER() OVER (PARTITION BY team, session_id, signal_id ORDER BY revision DESC) AS age
    FROM signals
) AS s
JOIN visits AS v ON v.team = s.team AND v.session_id = s.session_id
WHERE s.age = 1 AND s.status <> 'retracted' AND s.is_leading AND s.problem_id <> '';

-- Every meeting of a session with a unit; `any` is whichever control of a place. What a layout holds is reached with any
-- page. Who met a problem met its unit, also where no click or request was recorded.
CREATE VIEW meetings AS
SELECT day, team, session_id, 'page' AS unit, page_pattern AS place, '' AS unit_key, page_pattern,
       started_ms AS at_ms
FROM viewed
UNION ALL
SELECT day, team, session_id, 'page', 'layout', '', page_pattern, started_ms
FROM viewed
UNION ALL
SELECT day, team, session_id, 'control', place, element_key, page_pattern, occurred_ms
FROM clicked WHERE element_key <> ''
UNION ALL
SELECT day, team, session_id, 'any', place, '', page_pattern, occurred_ms
FROM clicked WHERE element_key <> ''
UNION ALL
SELECT day, team, session_id, 'route', '', route, '', started_ms
FROM requested
UNION ALL
SELECT day, team, session_id, unit, unit_place, unit_key, CASE WHEN unit = 'route' THEN '' ELSE page_pattern END,
       started_ms
FROM troubles;

-- Time zero: the first meeting of each session and unit.
CREATE VIEW zeros AS
SELECT m.day, m.team, m.session_id, m.unit, m.place, m.unit_key, m.page_pattern, m.at_ms
FROM (
    SELECT day, team, session_id, unit, place, unit_key, page_pattern, at_ms,
           ROW_NUMBER() OVER (
               PARTITION BY team, session_id, unit, place, unit_key ORDER BY at_ms, page_pattern
           ) AS position
    FROM meetings
) AS m
WHERE m.position = 1;

-- What counts as success: a key event; without any, an answered click or a new page.
CREATE VIEW successes AS
SELECT e.team, e.session_id, MILLIS(e.occurred_at) AS at_ms
FROM events AS e
JOIN wanted_outcomes AS o ON o.event = e.event
WHERE e.session_id <> ''
UNION ALL
SELECT c.team, c.session_id, c.occurred_ms
FROM clicked AS c CROSS JOIN settings AS t
WHERE NOT t.has_outcomes AND c.verdict IN ('alive', 'slow')
UNION ALL
SELECT p.team, p.session_id, p.started_ms
FROM viewed AS p CROSS JOIN settings AS t
WHERE NOT t.has_outcomes;

-- Backwards through each session, the success that follows each time zero: strictly later, so of one moment both come
-- as (time zero, success) in this order.
CREATE VIEW followed AS
SELECT n.day, n.team, n.session_id, n.unit, n.place, n.unit_key, n.page_pattern, n.at_ms,
       CASE WHEN n.next_ms <= n.at_ms + t.horizon_ms THEN 1 ELSE 0 END AS succeeded
FROM (
    SELECT b.day, b.team, b.session_id, b.unit, b.place, b.unit_key, b.page_pattern, b.at_ms, b.is_success,
           MIN(CASE WHEN b.is_success = 1 THEN b.at_ms END) OVER (
               PARTITION BY b.team, b.session_id ORDER BY b.at_ms DESC, b.is_success
               ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
           ) AS next_ms
    FROM (
        SELECT day, team, session_id, unit, place, unit_key, page_pattern, at_ms, 0 AS is_success FROM zeros
        UNION ALL
        SELECT v.day, v.team, v.session_id, '', '', '', '', s.at_ms, 1
        FROM successes AS s JOIN visits AS v ON v.team = s.team AND v.session_id = s.session_id
    ) AS b
) AS n
CROSS JOIN settings AS t
WHERE n.is_success = 0;

-- materialised: each session at each unit, with its stratum.
CREATE VIEW first_meetings AS
SELECT f.day, f.team, f.session_id, f.unit, f.place, f.unit_key, f.at_ms, f.succeeded, f.page_pattern, v.device_type,
       COALESCE(e.entry_pattern = f.page_pattern, FALSE) AS is_entry
FROM followed AS f
JOIN visits AS v ON v.team = f.team AND v.session_id = f.session_id
LEFT JOIN (SELECT DISTINCT team, session_id, entry_pattern FROM viewed) AS e
    ON e.team = f.team AND e.session_id = f.session_id
WHERE v.is_judgeable OR f.unit = 'route';

-- materialised: each session that a problem hit, at each of its units, and whether it did so at time zero.
CREATE VIEW hits AS
SELECT m.day, m.team, t.problem_id, m.session_id, m.unit, m.place, m.unit_key, m.page_pattern, m.device_type, m.is_entry,
       m.succeeded,
       MAX(CASE WHEN t.started_ms <= m.at_ms + s.window_ms AND t.ended_ms >= m.at_ms THEN 1 ELSE 0 END) AS is_at_zero
FROM troubles AS t
JOIN first_meetings AS m
    ON m.team = t.team AND m.session_id = t.session_id AND m.unit = t.unit AND m.place = t.unit_place
    AND m.unit_key = t.unit_key
CROSS JOIN settings AS s
GROUP BY m.day, m.team, t.problem_id, m.session_id, m.unit, m.place, m.unit_key, m.page_pattern, m.device_type,
         m.is_entry, m.succeeded;

-- materialised, result: table exposure_days, without `sources`. `of_any`: of those who used any control of a place, those
-- who used this one, too; the others are who the change at a control that fails for everyone is held against.
CREATE VIEW counted_exposures AS
SELECT day, team, unit, place, unit_key, page_pattern, device_type, is_entry,
       COUNT(*) AS sessions, CAST(SUM(succeeded) AS BIGINT) AS succeeded
FROM first_meetings
GROUP BY day, team, unit, place, unit_key, page_pattern, device_type, is_entry
UNION ALL
SELECT a.day, a.team, 'of_any', a.place, c.unit_key, a.page_pattern, a.device_type, a.is_entry,
       COUNT(*), CAST(SUM(a.succeeded) AS BIGINT)
FROM first_meetings AS a
JOIN first_meetings AS c
    ON c.day = a.day AND c.team = a.team AND c.session_id = a.session_id AND c.place = a.place AND c.unit = 'control'
WHERE a.unit = 'any'
GROUP BY a.day, a.team, a.place, c.unit_key, a.page_pattern, a.device_type, a.is_entry;

-- One row an attribute of each visit; several flags, several rows.
CREATE VIEW attributes AS
SELECT team, session_id, 'release' AS dimension, release AS value FROM visits WHERE release <> ''
UNION ALL
SELECT team, session_id, 'browser', browser FROM visits WHERE browser <> ''
UNION ALL
SELECT team, session_id, 'os', os FROM visits WHERE os <> ''
UNION ALL
SELECT team, session_id, 'device_type', device_type FROM visits WHERE device_type <> ''
UNION ALL
SELECT team, session_id, 'country', country FROM visits WHERE country <> ''
UNION ALL
SELECT v.team, v.session_id, 'flag:' || f.flag, f.variant
FROM session_flags AS f
JOIN visits AS v ON v.team = f.team AND v.session_id = f.session_id AND v.revision = f.revision;

-- Sessions that met any unit of a problem on a day it hit somebody; once each, however many units they met.
CREATE VIEW exposed AS
SELECT m.day, m.team, u.problem_id, m.session_id,
       MAX(CASE WHEN h.session_id IS NULL THEN 0 ELSE 1 END) AS is_hit
FROM (SELECT DISTINCT day, team, problem_id, unit, place, unit_key FROM hits) AS u
JOIN first_meetings AS m
    ON m.day = u.day AND m.team = u.team AND m.unit = u.unit AND m.place = u.place AND m.unit_key = u.unit_key
LEFT JOIN (SELECT DISTINCT team, problem_id, session_id FROM hits) AS h
    ON h.team = m.team AND h.session_id = m.session_id AND h.problem_id = u.problem_id
GROUP BY m.day, m.team, u.problem_id, m.session_id;

-- result: table problem_arms.
CREATE VIEW counted_arms AS
SELECT h.day, h.team, h.problem_id, h.unit, h.place, h.unit_key, 'stratum' AS dimension, '' AS value,
       h.page_pattern, h.device_type, h.is_entry,
       COUNT(*) AS affected, CAST(SUM(h.is_at_zero) AS BIGINT) AS affected_at_zero,
       CAST(SUM(h.is_at_zero * h.succeeded) AS BIGINT) AS succeeded_at_zero, MAX(e.sessions) AS exposed
FROM hits AS h
JOIN counted_exposures AS e
    ON e.day = h.day AND e.team = h.team AND e.unit = h.unit AND e.place = h.place AND e.unit_key = h.unit_key
    AND e.page_pattern = h.page_pattern AND e.device_type = h.device_type AND e.is_entry = h.is_entry
GROUP BY h.day, h.team, h.problem_id, h.unit, h.place, h.unit_key, h.page_pattern, h.device_type, h.is_entry
UNION ALL
SELECT x.day, x.team, x.problem_id, '', '', '', a.dimension, a.value, '', '', FALSE,
       CAST(SUM(x.is_hit) AS BIGINT), 0, 0, COUNT(*)
FROM exposed AS x
JOIN attributes AS a ON a.team = x.team AND a.session_id = x.session_id
GROUP BY x.day, x.team, x.problem_id, a.dimension, a.value;

-- materialised: the worst incident of each session and problem, and the order of those sessions as examples.
CREATE VIEW worst AS
SELECT w.day, w.team, w.problem_id, w.session_id, w.visitor, w.traffic, w.kind, w.failure, w.cause, w.place, w.page_pattern,
       w.element, w.element_key, w.request_route, w.summary, w.severity, w.confidence, w.blocked, w.offset_ms, w.priors_version,
       ROW_NUMBER() OVER (
           PARTITION BY w.day, w.team, w.problem_id
           ORDER BY w.severity * w.confidence DESC, w.started_ms, w.session_id
       ) AS position
FROM (
    SELECT day, team, problem_id, session_id, visitor, traffic, kind, failure, cause, place, page_pattern, element, element_key,
           request_route, summary, severity, confidence, blocked, offset_ms, priors_version, started_ms,
           ROW_NUMBER() OVER (
               PARTITION BY day, team, problem_id, session_id
               ORDER BY severity * confidence DESC, started_ms, signal_id
           ) AS age
    FROM troubles
) AS w
WHERE w.age = 1;

-- result: table problem_days.
CREATE VIEW counted_days AS
SELECT i.day, i.team, i.problem_id, w.sessions, w.users, i.incidents, i.time_lost_ms, w.severity_sum, w.confidence_sum,
       w.stopped_sessions, i.first_at, i.last_at, b.kind, b.failure, b.cause, b.place, b.page_pattern, b.element,
       b.element_key, b.request_route, b.summary, b.severity * b.confidence AS score,
       w.example_1, w.example_2, w.example_3, w.traffic, w.priors_version
FROM (
    SELECT day, team, problem_id, COUNT(*) AS incidents, CAST(SUM(ended_ms - started_ms) AS BIGINT) AS time_lost_ms,
           MIN(started_at) AS first_at, MAX(started_at) AS last_at
    FROM troubles
    GROUP BY day, team, problem_id
) AS i
JOIN (
    SELECT day, team, problem_id, COUNT(*) AS sessions, COUNT(DISTINCT visitor) AS users,
           ROUND(SUM(severity), 6) AS severity_sum, ROUND(SUM(confidence), 6) AS confidence_sum,
           CAST(SUM(CASE WHEN blocked >= 35 THEN 1 ELSE 0 END) AS BIGINT) AS stopped_sessions,
           MAX(traffic) AS traffic, MAX(priors_version) AS priors_version,
           MAX(CASE WHEN position = 1 THEN session_id || '@' || CAST(offset_ms AS VARCHAR) ELSE '' END) AS example_1,
           MAX(CASE WHEN position = 2 THEN session_id || '@' || CAST(offset_ms AS VARCHAR) ELSE '' END) AS example_2,
           MAX(CASE WHEN position = 3 THEN session_id || '@' || CAST(offset_ms AS VARCHAR) ELSE '' END) AS example_3
    FROM worst
    GROUP BY day, team, problem_id
) AS w ON w.day = i.day AND w.team = i.team AND w.problem_id = i.problem_id
JOIN worst AS b ON b.day = i.day AND b.team = i.team AND b.problem_id = i.problem_id AND b.position = 1;
