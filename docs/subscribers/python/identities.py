"""Who the pseudonyms are: identities.py key KEY | follow BROKER FILE KEY NAME [PREFIX] | list FILE"""

import json
import sqlite3
import sys
import time
from pathlib import Path

from joserfc import jwe
from joserfc.jwk import ECKey
from kafka import KafkaConsumer, TopicPartition

TABLES = """PRAGMA secure_delete = ON;  -- what is deleted is overwritten
CREATE TABLE IF NOT EXISTS known (person PRIMARY KEY, number);
CREATE TABLE IF NOT EXISTS place (part PRIMARY KEY, next);
"""


def make(file):
    key = ECKey.generate_key("P-256")
    Path(file).touch(0o600, exist_ok=False)  # the private key: it stays with you and is shown to nobody
    Path(file).write_text(json.dumps(key.as_dict(private=True)))
    print(json.dumps(key.as_dict(private=False)))


def take(db, record, key):
    if record.value is None:  # no recipient any more, forgotten, or your right has ended
        db.execute("DELETE FROM known WHERE person = ?", (record.key.decode(),))
    elif dict(record.headers)["ce_type"] == b"cn.doudi.subject.v1":
        opened = jwe.decrypt_compact(record.value, key, algorithms=["ECDH-ES+A256KW", "A256GCM"]).plaintext
        db.execute("REPLACE INTO known VALUES (?, ?)", (record.key.decode(), json.loads(opened)["number"]))


def follow(db, broker, file, name, prefix="doudi."):
    key, topic = ECKey.import_key(json.loads(Path(file).read_text())), f"{prefix}subjects.{name}"
    settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest"}
    consumer = KafkaConsumer(bootstrap_servers=broker, allow_auto_create_topics=False, **settings)
    while not (parts := consumer.partitions_for_topic(topic)):
        time.sleep(1)  # it is made with the first person you are told of
    kept, places = dict(db.execute("SELECT * FROM place")), [TopicPartition(topic, part) for part in parts]
    consumer.assign(places)
    for place in places:
        consumer.seek(place, kept.get(place.partition, 0))
    while True:
        for place, records in consumer.poll(timeout_ms=1000).items():
            with db:  # whom you know and how far you are, or neither
                for record in records:
                    take(db, record, key)
                db.execute("REPLACE INTO place VALUES (?, ?)", (place.partition, records[-1].offset + 1))


command, *rest = sys.argv[1:]
if command == "key":
    sys.exit(make(*rest))
db = sqlite3.connect(rest.pop(1 if command == "follow" else 0))
db.executescript(TABLES)
if command == "follow":
    follow(db, *rest)
print(*(" ".join(row) for row in db.execute("SELECT * FROM known ORDER BY person")), sep="\n")
