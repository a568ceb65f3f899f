"""How often reports of an offensive mention an air strike.

This counts what reports say, not strikes. A report is one source on one event; it is
counted only if at least part of its text was seen.
"""

import pandas as pd

from analysis.intervals import share_interval


def reports(claims: pd.DataFrame) -> pd.DataFrame:
    """One row a report (event and source), with the actors it names for strikes.

    Parameters
    ----------
    claims
        Claims with ``event_id``, ``source_id``, ``field``, ``value``, ``stance``.

    Returns
    -------
    DataFrame
        ``event_id``, ``source_id``, ``mentions`` (bool), one bool column an actor:
        ``us``, ``international``, ``afghan``, ``unspecified``. Reports whose text was
        not seen are left out.
    """
    air = claims[(claims["field"] == "air") & (claims["value"] != "text_not_seen")]
    affirmed = air["value"].where(air["stance"] != "denies", "denied")
    flags = pd.DataFrame(
        {
            actor: affirmed.eq(f"reported_{actor}")
            for actor in ("us", "international", "afghan", "unspecified")
        }
    )
    flags.insert(0, "mentions", flags.any(axis=1))
    keys = [air["event_id"], air["source_id"]]
    return flags.groupby(keys).any().reset_index()


def mention_shares(
    claims: pd.DataFrame, events: pd.DataFrame, by: str = "Y", level: float = 0.95
) -> pd.DataFrame:
    """Share of reports that mention an air strike, by period of the event.

    Parameters
    ----------
    by
        ``Y``, ``Q`` or ``M``.
    level
        Coverage of the Wilson intervals.

    Returns
    -------
    DataFrame
        One row a period and actor (``any`` first): ``period``, ``actor``, ``mentions``,
        ``reports`` (the attention offset), ``share``, ``low``, ``high``. Periods without
        a report are missing rows, not zeros.
    """
    from analysis.series import event_months

    month = pd.Series(event_months(events).to_numpy(), index=events["event_id"])
    table = reports(claims)
    table["period"] = pd.PeriodIndex(table["event_id"].map(month), freq="M").asfreq(by)
    table = table.dropna(subset=["period"])
    rows = []
    for period, group in table.groupby("period"):
        for actor in ("any", "us", "international", "afghan", "unspecified"):
            yes = int(group["mentions" if actor == "any" else actor].sum())
            low, high = share_interval(yes, len(group), level)
            rows.append(
                {"period": period, "actor": actor, "mentions": yes, "reports": len(group),
                 "share": yes / len(group), "low": low, "high": high}
            )  # fmt: skip
    columns = ["period", "actor", "mentions", "reports", "share", "low", "high"]
    return pd.DataFrame(rows, columns=columns)
