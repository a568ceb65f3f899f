"""One event followed from its row to statements, rules and addresses.

What a reviewer does to check a row: `trace` prints each derived cell with the claims that
shaped it and those that were set aside, by which rule, who speaks, and where it was seen.
"""

from analysis import schema
from analysis.errors import ParameterError, nearest
from analysis.resolve import RULES
from analysis.schema import read_raw

# Cells of the row that each kind of claim decides, in reading order.
CELLS = {
    "date_start": (
        "date_start_earliest",
        "date_start_latest",
        "date_start",
        "date_prec",
        "date_basis",
        "conf_date",
    ),
    "date_end": ("date_end_earliest", "date_end_latest"),
    "outcome": ("outcome", "conf_outcome"),
    "retaken": ("held_days_min", "held_days_max"),
    "resistance": ("resistance",),
    "air": ("air_reported", "n_air_sources"),
    "air_count": ("air_count_claimed",),
    "gov_killed": ("gov_killed_low", "gov_killed_best", "gov_killed_high"),
    "tb_killed": ("tb_killed_low", "tb_killed_best", "tb_killed_high"),
    "civ_killed": ("civ_killed_low", "civ_killed_best", "civ_killed_high"),
    "civ_injured": ("civ_injured_low", "civ_injured_best", "civ_injured_high"),
    "place": ("place_as_reported", "conf_place"),
}
# Follow from all claims together, or from the cells above.
WHOLE = ("event_class", "n_sources", "n_independent", "conf_event")
# Decided by whoever coded the event, from all of its pages; no single claim stands behind them.
BY_HAND = ("target", "initiator", "in_scope", "adm1", "adm2", "place_canonical", "where_prec")


def trace(event_id: str) -> str:
    """Return the trail of one event as text.

    Raises
    ------
    ParameterError
        If there is no such event.
    """
    events = read_raw("events").set_index("event_id")
    if event_id not in events.index:
        near = nearest(event_id, events.index)
        raise ParameterError(f"No event {event_id!r} in seeds/events.csv.{near}")
    event = events.loc[event_id]
    claims = read_raw("claims").query("event_id == @event_id")
    sources = read_raw("sources").set_index("source_id")
    lines = [f"{event_id}  {event['event_name']}", ""]
    lines += ["Decided by hand, from all pages:"]
    lines += [f"  {name}: {event[name] or '(empty)'}" for name in BY_HAND]
    if event["coding_note"]:
        lines.append(f"  note: {event['coding_note']}")
    lines += ["", "From all claims together:"]
    lines += [f"  {name}: {event[name] or '(empty)'}" for name in WHOLE]
    said = set(claims["field"])
    fields = [f for f in schema.fields("claims")["field"]["constraints"]["enum"]
              if f in said or f in CELLS]  # fmt: skip
    rules = []
    for field in sorted(fields, key=lambda f: list(CELLS).index(f) if f in CELLS else len(CELLS)):
        cells = ", ".join(f"{name} = {event[name] or '(empty)'}" for name in CELLS.get(field, ()))
        silent = "" if field in said else " (no claim)"
        lines += ["", f"{field}{': ' + cells if cells else ' (kept, decides no cell)'}{silent}"]
        own = claims[claims["field"] == field].sort_values(["used", "claim_id"],
                                                           ascending=[False, True])  # fmt: skip
        for row in own.itertuples():
            silence = "silent" if row.rule == "S1" else "set aside"
            mark = "used" if row.used == "1" else silence
            basis = f" {row.basis}" if row.basis else ""
            stance = "" if row.stance == "affirms" else f", {row.stance}"
            of = f", as of {row.as_of}" if row.as_of else ""
            speaker = f"{row.claimant} ({row.claimant_party})"
            lines.append(f"  {row.claim_id}  {row.value}{basis}  [{mark}, {row.rule}]  "
                         f"{speaker}{stance}{of}  {row.source_id} "
                         f"{sources.loc[row.source_id, 'independence_group']}")  # fmt: skip
            if row.note:
                lines.append(f"          {row.note}")
            rules.append(row.rule)
    lines += ["", "Rules:"] + [f"  {rule}  {RULES[rule]}" for rule in RULES if rule in rules]
    lines += ["", f"Sources ({claims['source_id'].nunique()}, in "
              f"{sources.loc[claims['source_id'].unique(), 'independence_group'].nunique()} "
              "independence groups):"]  # fmt: skip
    for source_id in sorted(claims["source_id"].unique()):
        row = sources.loc[source_id]
        copy = ", machine-rewritten" if row["machine_rewritten"] == "1" else ""
        lines += [f"  {source_id}  {row['title']}",
                  f"         {row['original_outlet']} ({row['party']}{copy}), group "
                  f"{row['independence_group']}, {row['date_published'] or 'no day'} "
                  f"({row['date_basis']}), seen: {row['text_seen']}",
                  f"         {row['url'] or 'sha256 ' + row['sha256']}"]  # fmt: skip
        lines += [f"         {row[n]}" for n in ("text_defects", "note") if row[n]]
    return "\n".join(lines)
