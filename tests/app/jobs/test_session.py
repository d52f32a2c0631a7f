"""A session keeps one thing of each kind, and releases it before it makes another."""

from __future__ import annotations

import weakref

from app.jobs.session import Session


class Field:
    """Stands for something expensive to make."""


class Other:
    """A job of another kind than the first."""


def test_a_thing_is_made_once_for_a_key():
    session = Session()
    field = session.kept(Field, "a", Field)
    assert session.kept(Field, "a", Field) is field
    assert session.kept(Other, "a", Other) is not None
    assert session.kept(Field, "a", Field) is field
    assert session.kept(Field, "b", Field) is not field


def test_the_last_one_is_gone_before_another_is_made():
    session = Session()
    last = weakref.ref(session.kept(Field, "a", Field))

    def make() -> Field:
        assert last() is None
        return Field()

    session.kept(Field, "b", make)


def test_a_session_that_forgets_holds_nothing():
    session = Session()
    last = weakref.ref(session.kept(Field, "a", Field))
    session.forget()
    assert last() is None
    assert isinstance(session.kept(Field, "a", Field), Field)
