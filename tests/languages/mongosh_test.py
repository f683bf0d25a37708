"""mongosh: what `db` is told to do."""

from __future__ import annotations

import pytest

from guardsh.languages import read
from guardsh.reading.model import Effect
from tests.languages.support import acts, context

CASES = [
    ("db.dropDatabase()", ["data dropDatabase"]),
    ("use shop\ndb.dropDatabase()", ["data dropDatabase shop"]),
    ("db.getSiblingDB('shop').dropDatabase()", ["data dropDatabase shop"]),
    ("db.users.drop()", ["data drop users"]),
    ("db['users'].drop(); db.getCollection('orders').drop()", ["data drop users", "data drop orders"]),
    ("db.users.deleteMany({})", ["data deleteMany all users"]),
    ("db.users.deleteMany()", ["data deleteMany all users"]),
    ("db.users.deleteMany({old: true})", ["data deleteMany users"]),
    ("db.users.remove({})", ["data remove all users"]),
    ("db.users.deleteOne({_id: 7})", ["data deleteOne users"]),
    ("db.users.updateMany({}, {$set: {a: 1}})", ["data updateMany all users"]),
    ("db.getCollectionNames().forEach(n => db[n].drop())", ["data drop …"]),
    ("db.runCommand({dropDatabase: 1}); db.adminCommand({shutdown: 1})", ["data dropDatabase", "data shutdownServer"]),
    ("db.runCommand({delete: 'users', deletes: [{q: {}, limit: 0}]})", ["data deleteMany all users"]),
    ("db.dropUser('app'); db.dropAllUsers()", ["data dropUser app", "data dropAllUsers"]),
    ("db.users.dropIndexes()", ["data dropIndexes users"]),
    ("load('x.js')", ["< x.js"]),
    ("require('child_process').execSync('id')", ["$ id"]),
    ("db.users.find({name: 'drop'}).limit(5)", []),
    ("show dbs\nuse shop\nshow collections", []),
    ("db.users.insertOne({a: 1}); db.users.countDocuments()", []),
    ("db.users.deleteMany({", ["run unreadable"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_it_does(code: str, found: list[str]) -> None:
    result = acts("mongosh", code)
    if found == ["run unreadable"]:
        assert "run unreadable" in result
    else:
        assert sorted(result) == sorted(found)


def test_the_database_is_a_detail() -> None:
    (effect,) = read("mongosh", "use shop\ndb.users.drop()", context())
    assert isinstance(effect, Effect) and effect.detail("database") == "shop"
