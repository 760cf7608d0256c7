"""Who is to be insured (资助参保): insured.py follow BROKER FILE [PREFIX] | list FILE MONTH"""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from jsonschema import Draft202012Validator
from kafka import KafkaConsumer, TopicPartition

SCHEMA = Path(__file__).parents[2] / "contracts" / "schemas" / "recipient.v1.schema.json"
RECIPIENT = Draft202012Validator(json.loads(SCHEMA.read_text()))
# Each change is a letter to the insurer, written in one transaction with the offset: none is missing or doubled.
TABLES = """
CREATE TABLE IF NOT EXISTS months (person, programme, first, last);
CREATE TABLE IF NOT EXISTS letters (number INTEGER PRIMARY KEY, id, person, months);
CREATE TABLE IF NOT EXISTS place (part PRIMARY KEY, next);
"""
INSURED = "SELECT DISTINCT person FROM months WHERE first <= :at AND ifnull(last, :at) >= :at ORDER BY 1"


def take(db, record):
    told = {name: value.decode() for name, value in record.headers}
    if told["ce_type"] != "cn.doudi.recipient.v1":  # pass over what we don't know
        return
    person, programme = record.key.decode().split("/")
    spans = []  # a tombstone: he receives nothing any more
    if record.value is not None:
        RECIPIENT.validate(data := json.loads(record.value))
        spans = [[span["from_month"], span.get("until_month")] for span in data["spans"]]
    db.execute("DELETE FROM months WHERE person = ? AND programme = ?", (person, programme))
    db.executemany("INSERT INTO months VALUES (?, ?, ?, ?)", [(person, programme, *span) for span in spans])
    db.execute("INSERT INTO letters VALUES (NULL, ?, ?, ?)", (told["ce_id"], person, json.dumps(spans)))


def follow(db, broker, prefix="doudi."):
    settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest", "max_poll_records": 50}
    consumer, topic = KafkaConsumer(bootstrap_servers=broker, **settings), prefix + "recipients"
    places = [TopicPartition(topic, part) for part in consumer.partitions_for_topic(topic)]
    kept = dict(db.execute("SELECT * FROM place"))
    consumer.assign(places)
    for place in places:
        consumer.seek(place, kept.get(place.partition, 0))
    while True:
        for place, records in consumer.poll(timeout_ms=1000).items():
            with db:  # the months, the letters and how far we are, or nothing of it
                for record in records:
                    take(db, record)
                db.execute("REPLACE INTO place VALUES (?, ?)", (place.partition, records[-1].offset + 1))


command, *rest = sys.argv[1:]
with closing(sqlite3.connect(rest.pop(1 if command == "follow" else 0))) as db:
    db.executescript(TABLES)
    if command == "follow":
        follow(db, *rest)
    print(*(person for (person,) in db.execute(INSURED, {"at": rest[0]})), sep="\n")
