"""The peers, each written as its own documentation advises: typed reads, one thread, no work done twice."""

from __future__ import annotations

from pathlib import Path

from bench.contestants import COUNTS, DAY_MS, NOT_CHARGED, TOKENS_MAXIMUM, WORDS, Found


class InvalidRowsError(Exception):
    """Some rows break a rule of the stage; the generated files have none."""


def _require_none(count: int) -> None:
    if count:
        raise InvalidRowsError(f"{count} rows are not valid")


def run_duckdb(path: Path) -> Found:
    """DuckDB: a typed read into a table, then two aggregations."""
    import duckdb  # noqa: PLC0415 -- each contestant loads only itself

    database = duckdb.connect(config={"threads": 1})
    names = ("cache_write", "given", "cache_read", "output", "total")
    counts = ", ".join(f"'{name}': 'BIGINT'" for name in names)
    within = " AND ".join(f"coalesce({name}, 0) BETWEEN 0 AND {TOKENS_MAXIMUM}" for name in names)
    database.execute(
        f"""
        CREATE TEMP TABLE events AS
        SELECT epoch_ms(date) AS ts, kind, model, cache_write, given, cache_read, output,
               total <> cache_write + given + cache_read + output AS wrong,
               ({within}) AND (coalesce(mills >= 0, cost IS NULL OR cost IN {WORDS})) AS valid,
               mills, CASE WHEN kind IN {NOT_CHARGED} AND mills IS NOT NULL THEN 0 ELSE mills END AS charged
        FROM (
            SELECT *, CAST(TRY_CAST(cost AS DECIMAL(12, 3)) * 1000 AS BIGINT) AS mills
            FROM read_csv($path, header = true, auto_detect = false, delim = ',', quote = '"', columns = {{
                'date': 'TIMESTAMP', 'kind': 'VARCHAR', 'model': 'VARCHAR', 'max_mode': 'VARCHAR',
                {counts}, 'cost': 'VARCHAR'}})
        )
        """,  # noqa: S608 -- the parts are this module's own constants
        {"path": str(path)},
    )
    whole = database.execute(
        "SELECT count(*) - count(DISTINCT ts), count(*) FILTER (wrong), count(*) FILTER (NOT valid) FROM events"
    ).fetchone()
    _require_none(whole[2])
    summed = ("cache_write", "given", "cache_read", "output", "mills", "charged")
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in summed)
    groups = database.execute(
        f"""
        SELECT ts // {DAY_MS}, model, count(*), {sums} FROM events GROUP BY ALL
        """  # noqa: S608 -- a constant
    ).fetchall()
    return Found(duplicates=whole[0], wrong_totals=whole[1], groups=groups)


def run_polars(path: Path) -> Found:
    """Polars: one lazy query with two results."""
    import polars as pl  # noqa: PLC0415 -- each contestant loads only itself

    text = {
        "Date": pl.String,
        "Kind": pl.String,
        "Model": pl.String,
        "Max Mode": pl.String,
        "Cost": pl.String,
    }
    mills = pl.col("Cost").cast(pl.Decimal(12, 3), strict=False)
    tokens = [pl.col(name).fill_null(0) for name in COUNTS[:4]]
    events = (
        pl.scan_csv(path, schema_overrides=text | dict.fromkeys(COUNTS, pl.Int64))
        .with_columns(
            ts=pl.col("Date")
            .str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms", strict=True)
            .cast(pl.Int64),
            mills=(mills * 1000).cast(pl.Int64),
            free=pl.col("Kind").is_in(NOT_CHARGED),
            wrong=pl.col("Total Tokens") != tokens[0] + tokens[1] + tokens[2] + tokens[3],
        )
        .with_columns(
            valid=pl.all_horizontal(
                *(pl.col(name).fill_null(0).is_between(0, TOKENS_MAXIMUM) for name in COUNTS),
                pl.col("mills").is_not_null() | pl.col("Cost").is_null() | pl.col("Cost").is_in([*WORDS, ""]),
                pl.col("mills").fill_null(0) >= 0,
            ),
            charged=pl.when("free").then(0).otherwise("mills"),
            day=pl.col("ts") // DAY_MS,
        )
    )
    whole, groups = pl.collect_all(
        [
            events.select(
                pl.len() - pl.col("ts").n_unique(),
                pl.col("wrong").sum().alias("w"),
                (~pl.col("valid")).sum().alias("v"),
            ),
            events.group_by("day", "Model").agg(
                pl.len(),
                *(pl.col(name).sum() for name in COUNTS[:4]),
                pl.col("mills").sum(),
                pl.col("charged").sum(),
            ),
        ]
    )
    duplicates, wrong, invalid = whole.row(0)
    _require_none(invalid)
    return Found(duplicates=duplicates, wrong_totals=wrong, groups=groups.rows())


def run_pandas(path: Path) -> Found:
    """pandas: a typed read with categories, then columns at a time; costs are parsed once for each category."""
    import pandas as pd  # noqa: PLC0415 -- each contestant loads only itself

    categories = dict.fromkeys(("Kind", "Model", "Max Mode", "Cost"), "category")
    events = pd.read_csv(
        path, dtype=categories | dict.fromkeys(COUNTS, "float64"), keep_default_na=False, na_values=[""]
    )
    ts = pd.to_datetime(events["Date"], format="ISO8601").dt.as_unit("ms").astype("int64")
    counts = events[list(COUNTS)].fillna(0).astype("int64")
    wrong = counts[COUNTS[4]] != counts[list(COUNTS[:4])].sum(axis=1)
    texts = events["Cost"].cat.categories
    numbers = pd.to_numeric(texts, errors="coerce")
    unknown = pd.isna(numbers) & ~texts.isin(WORDS)
    by_text = pd.Series((numbers.fillna(0) * 1000).round().astype("int64"), index=texts)
    mills = events["Cost"].map(by_text).astype("float64").fillna(0).astype("int64")
    _require_none(int(unknown.sum()) + int(((counts < 0) | (counts > TOKENS_MAXIMUM)).to_numpy().sum()))
    _require_none(int((mills < 0).sum()))
    table = counts[list(COUNTS[:4])].assign(
        day=ts // DAY_MS,
        model=events["Model"],
        rows=1,
        mills=mills,
        charged=mills.where(~events["Kind"].isin(NOT_CHARGED), 0),
    )
    summed = table.groupby(["day", "model"], observed=True, sort=False).sum()
    groups = summed[["rows", *COUNTS[:4], "mills", "charged"]].itertuples()
    return Found(
        duplicates=len(ts) - ts.nunique(),
        wrong_totals=int(wrong.sum()),
        groups=[(*row[0], *row[1:]) for row in groups],
    )
