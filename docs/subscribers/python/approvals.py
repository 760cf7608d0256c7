"""Who is in aid, from approvals and exits: approvals.py follow BROKER FILE [PREFIX] | list FILE MONTH"""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from jsonschema import Draft202012Validator
from kafka import KafkaConsumer, TopicPartition

SCHEMAS = Path(__file__).parents[2] / "contracts" / "schemas"
FILES = {f"cn.doudi.{name}": SCHEMAS / f"{name}.schema.json" for name in ("approved.v1", "exited.v1")}
KNOWN = {name: Draft202012Validator(json.loads(file.read_text())) for name, file in FILES.items()}
TABLES = """
CREATE TABLE IF NOT EXISTS told (source, id, time, sequence, type, person, case_no, first, last, UNIQUE (source, id));
CREATE TABLE IF NOT EXISTS place (topic, part, next, PRIMARY KEY (topic, part));
"""
# Of all that was told of a person's month in a case, the last word counts.
IN_AID = """SELECT DISTINCT person FROM (
  SELECT person, type, row_number() OVER (PARTITION BY person, case_no ORDER BY time DESC, sequence DESC) AS nth
  FROM told WHERE first <= :month AND (last IS NULL OR last >= :month)
) WHERE nth = 1 AND type = 'cn.doudi.approved.v1' ORDER BY person"""


def take(db, record):
    told = {name: value.decode() for name, value in record.headers}
    if told["ce_type"] in KNOWN:  # pass over what we don't know
        data = json.loads(record.value)
        KNOWN[told["ce_type"]].validate(data)
        said = (data["person"], data["case"], data["from_month"], data.get("until_month"))
        row = (*(told[f"ce_{name}"] for name in ("source", "id", "time", "sequence", "type")), *said)
        db.execute("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def follow(db, broker, prefix="doudi."):
    settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest"}
    consumer = KafkaConsumer(bootstrap_servers=broker, **settings)
    topics = [prefix + "approvals", prefix + "exits"]
    places = [TopicPartition(one, part) for one in topics for part in consumer.partitions_for_topic(one)]
    kept = {(topic, part): offset for topic, part, offset in db.execute("SELECT * FROM place")}
    consumer.assign(places)
    for place in places:
        consumer.seek(place, kept.get(tuple(place), 0))
    while True:
        for place, records in consumer.poll(timeout_ms=1000).items():
            with db:  # what they say and how far we are, or neither
                for record in records:
                    take(db, record)
                db.execute("REPLACE INTO place VALUES (?, ?, ?)", (*place, records[-1].offset + 1))


command, *rest = sys.argv[1:]
with closing(sqlite3.connect(rest.pop(1 if command == "follow" else 0))) as db:
    db.executescript(TABLES)
    if command == "follow":
        follow(db, *rest)
    print(*(person for (person,) in db.execute(IN_AID, {"month": rest[0]})), sep="\n")
