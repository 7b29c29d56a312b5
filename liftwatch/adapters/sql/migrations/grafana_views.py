"""The views that Grafana reads, by their names in the schema `grafana` (migration 0023).

A moment is a timestamp with time zone, an amount stays in whole fen, a duration is in the unit
that ends its name. A person's word on a lift holds before a terminal's, as everywhere.
"""


def _at(column: str, name: str) -> str:
    """A moment of ours as a timestamp.

    >>> _at("raised_ms", "raised_at")
    'to_timestamp(raised_ms / 1000.0) AS raised_at'
    """
    return f"to_timestamp({column} / 1000.0) AS {name}"


def _fact(name: str) -> str:
    return f"COALESCE(r.entered ->> '{name}', l.facts ->> '{name}')"


def _number(source: str, name: str) -> str:
    """A number inside JSON, NULL where there is something else."""
    typed = f"json_typeof({source} -> '{name}') = 'number'"
    return f"CASE WHEN {typed} THEN ({source} ->> '{name}')::double precision END"


def _either(name: str) -> str:
    return f"COALESCE({_number('r.entered', name)}, {_number('l.facts', name)})"


_OPEN = "i.state NOT IN ('closed', 'rejected')"
_EPOCH_MS = "(extract(epoch FROM now()) * 1000)"

VIEWS: dict[str, str] = {
    "lift": f"""
        SELECT l.lift, l.area, l.estate, p.name AS estate_name, p.name_en AS estate_name_en,
            {_fact("building")} AS building, {_fact("unit")} AS unit,
            {_fact("rescue_code")} AS rescue_code, {_fact("manufacturer")} AS manufacturer,
            {_either("rated_speed_mps")} AS rated_speed_mps,
            {_fact("next_inspection_on")} AS next_inspection_on,
            l.online, l.state ->> 'service_mode' AS service_mode, l.state ->> 'car' AS car,
            {_number("l.state", "floor")}::integer AS floor,
            {_at("l.heard_ms", "heard_at")}, l.exercise
        FROM public.lift AS l
        LEFT JOIN public.lift_register AS r ON r.lift = l.lift
        LEFT JOIN public.locality AS p
            ON p.area = l.area AND p.estate = l.estate AND p.building = ''
    """,
    "incident": f"""
        SELECT i.id, i.kind, i.severity, i.severity_max, i.state, i.alarm, {_OPEN} AS is_open,
            i.area, i.estate, i.lift, i.scope, i.late, i.exercise, i.occurrences, i.parent,
            {_at("i.opened_ms", "opened_at")}, {_at("i.raised_ms", "raised_at")},
            {_at("i.cleared_ms", "cleared_at")},
            {_at("c.acknowledged_ms", "acknowledged_at")},
            {_at("c.dispatched_ms", "dispatched_at")}, {_at("c.arrived_ms", "arrived_at")},
            {_at("c.released_ms", "released_at")}, {_at("c.resolved_ms", "resolved_at")},
            {_at("c.closed_ms", "closed_at")},
            (c.arrived_ms - i.opened_ms) / 60000.0 AS arrival_min, c.trapped, c.cause, c.level
        FROM public.incident AS i LEFT JOIN public.incident_course AS c ON c.incident = i.id
    """,
    "wear": f"""
        SELECT i.id, i.kind, i.area, i.estate, i.lift, {_OPEN} AS is_open,
            i.evidence ->> 'part' AS part, i.evidence ->> 'unit' AS unit,
            {_number("i.evidence", "now")} AS now, {_number("i.evidence", "usual")} AS usual,
            {_number("i.evidence", "limit")} AS "limit", i.evidence ->> 'since' AS since,
            {_number("i.evidence", "per_day")} AS per_day,
            i.evidence ->> 'reaches_on' AS reaches_on, {_at("i.raised_ms", "raised_at")}
        FROM public.incident AS i
        WHERE i.kind IN ('vibration_wear', 'door_wear', 'brake_wear', 'rope_slip')
    """,
    "incident_clock": f"""
        SELECT k.incident, i.lift, i.kind, i.severity, i.area, i.estate, {_OPEN} AS is_open,
            i.exercise, k.occurrence, k.name, {_at("k.due_ms", "due_at")},
            {_at("k.met_ms", "met_at")},
            {_at("k.missed_ms", "missed_at")},
            (k.met_ms IS NULL AND k.dropped_ms IS NULL AND {_OPEN}) AS runs,
            (k.due_ms - {_EPOCH_MS}) / 1000.0 AS left_s
        FROM public.incident_clock AS k JOIN public.incident AS i ON i.id = k.incident
    """,
    "contract": f"""
        SELECT k.lift, k.organisation, o.name AS organisation_name,
            {_at("k.from_ms", "from_at")}, {_at("k.until_ms", "until_at")},
            (k.from_ms <= {_EPOCH_MS} AND (k.until_ms IS NULL OR k.until_ms > {_EPOCH_MS}))
                AS holds
        FROM public.contract AS k JOIN public.organisation AS o ON o.id = k.organisation
    """,
    # A terminal's own row, of no lift, holds all it sent and all that is missing of it; what came
    # late or twice stands with the lifts it spoke for.
    "completeness": """
        SELECT (a.day * interval '1 day' + timestamp '1970-01-01') AT TIME ZONE 'Asia/Shanghai'
                AS day, a.area, a.estate, a.terminal,
            CASE WHEN count(DISTINCT a.lift) FILTER (WHERE a.lift <> '') = 1
                THEN max(a.lift) END AS lift,
            COALESCE(sum(a.received) FILTER (WHERE a.lift = ''), 0) AS received,
            sum(a.missing) AS missing, sum(a.late) AS late, sum(a.duplicates) AS duplicates
        FROM public.account AS a GROUP BY a.day, a.area, a.estate, a.terminal
    """,
    "canary": f"""
        SELECT c.name, {_at("c.at_ms", "at")}, {_at("c.through_ms", "through_at")},
            (c.through_ms - c.at_ms) / 1000.0 AS took_s, {_at("c.deaf_ms", "deaf_at")}, c.stuck,
            ({_EPOCH_MS} - c.through_ms) / 1000.0 AS silent_s
        FROM public.canary AS c
    """,
    "outbox": f"""
        SELECT o.n, o.channel, {_at("o.made_ms", "made_at")}, {_at("o.due_ms", "due_at")},
            o.attempts, o.verdict, o.urgency,
            (o.verdict IS NULL OR o.verdict = 'retry') AS waits
        FROM public.outbox AS o
    """,
    "fund_balance": """
        SELECT a.id AS account, a.kind, a.area, a.estate, a.building, a.side * p.balance AS fen
        FROM public.fund_account AS a CROSS JOIN LATERAL (
            SELECT p.balance FROM public.fund_posting AS p WHERE p.account = a.id
            ORDER BY p.entry DESC LIMIT 1
        ) AS p
    """,
    "fund_case": f"""
        SELECT c.id, c.area, c.estate, c.building, c.lift, c.path, c.stage,
            {_at("c.opened_ms", "opened_at")}, {_at("c.expires_ms", "expires_at")},
            {_at("m.at_ms", "moved_at")}, m.move AS last_move, m.paid_fen,
            {_at("m.paid_ms", "paid_at")},
            CASE WHEN c.path = 'emergency' THEN (date_trunc(
                    'day', to_timestamp(m.paid_ms / 1000.0) AT TIME ZONE 'Asia/Shanghai'
                ) + interval '1 month') AT TIME ZONE 'Asia/Shanghai' + interval '1 day' END
                AS disclosure_due_at,
            ({_EPOCH_MS} - COALESCE(m.at_ms, c.opened_ms)) / 86400000.0 AS waiting_days
        FROM public.fund_case AS c LEFT JOIN LATERAL (
            SELECT max(m.at_ms) AS at_ms, (array_agg(m.move ORDER BY m.n DESC))[1] AS move,
                sum(m.amount_fen) FILTER (WHERE m.move = 'pay') AS paid_fen,
                max(m.at_ms) FILTER (WHERE m.move = 'pay') AS paid_ms
            FROM public.fund_case_move AS m WHERE m.case_id = c.id
        ) AS m ON true
    """,
    "fund_publication": f"""
        SELECT p.case_id, c.area, c.estate, c.building, c.lift, p.n, p.what,
            {_at("p.at_ms", "at")}
        FROM public.fund_publication AS p JOIN public.fund_case AS c ON c.id = p.case_id
    """,
}

OF_LIFTS = ("lift", "incident", "wear", "incident_clock", "contract")
WATCHED = (*OF_LIFTS, "completeness")
FUND = ("fund_balance", "fund_case", "fund_publication")
VIEWS_OF: dict[str, tuple[str, ...]] = {
    "property": WATCHED,
    "maintenance": OF_LIFTS,
    "supervision": (*WATCHED, *FUND),
    "custodian": FUND,
    "operations": (*WATCHED, "canary", "outbox"),
}
"""Which views a reader of a role may read at all; which rows of them, says the database."""
