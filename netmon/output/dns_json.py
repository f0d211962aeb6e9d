"""The answer of `netmon dns` as JSON: an object for each server, every record once and in a stable order."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, TextIO

from netmon.output.dns_life import chain_row, lifetime_row
from netmon.output.dns_scopes import scopes_row, search_row
from netmon.output.finding_text import finding_row
from netmon.output.json_lines import schema, write_object
from netmon.output.rows import timestamp
from netmon.resolver.aliases.chain import chain_of
from netmon.resolver.ask import Replies, Said
from netmon.resolver.edns import Explanation, Extras
from netmon.resolver.enquiry import Outcome
from netmon.resolver.judgement import findings
from netmon.resolver.lifetimes.ttl import Moment, lifetimes


def write_json(stream: TextIO, outcome: Outcome, taken_at: datetime) -> None:
    """Write everything as one object."""
    moment = Moment(time.monotonic(), datetime.now(UTC))
    authority = outcome.authority
    body = {
        "schema": schema("dns"),
        "taken_at": timestamp(taken_at),
        "source": "servers",
        "asked": outcome.asked,
        "name": outcome.name,
        "tried": list(outcome.tried),
        "search": search_row(outcome.order),
        "scopes": None if outcome.scoped is None else scopes_row(outcome.scoped, outcome.name),
        "answers": [answer_row(replies) for replies in outcome.replies],
        "compared": [
            {"server": str(each.server), "type": each.type, "verdict": each.verdict.value}
            for each in outcome.compared
        ],
        "application": None if outcome.application is None else _application_row(outcome),
        "authority": None
        if authority is None
        else {
            "zone": authority.zone or None,
            "servers": [str(each) for each in authority.servers],
            "basis": authority.basis or None,
            "error": authority.error,
        },
        "chain": chain_row(chain_of(outcome)),
        "lifetimes": [lifetime_row(each, moment) for each in lifetimes(outcome)],
        "notes": list(outcome.notes),
        "findings": [finding_row(finding) for finding in findings(outcome)],
    }
    write_object(stream, body)


def answer_row(replies: Replies) -> dict[str, Any]:
    """What one server said: as a whole, and type by type in `questions`."""
    answered = [said for said in replies.said if said.answer.rcode is not None]
    # What stands for the whole is the first question that did not go well, if there is one.
    whole = next((each.answer for each in answered if each.answer.rcode != "NOERROR"), None)
    whole = whole or next((said.answer for said in (*answered, *replies.said)), None)
    assert whole is not None  # something was asked
    return {
        "server": str(replies.server),
        "address": replies.address,
        "transport": whole.transport or replies.server.scheme,
        "rcode": whole.rcode,
        "ms": round(min((said.answer.ms or 0.0 for said in answered), default=replies.ms), 3),
        "flags": list(whole.flags),
        "ede": [ede_row(each) for each in dict.fromkeys(e for s in answered for e in s.extras.ede)],
        "records": [record._asdict() for record in replies.records()],
        "error": None if answered else whole.error,
        "questions": [_question_row(said) for said in replies.said],
    }


def ede_row(explanation: Explanation) -> dict[str, Any]:
    """Why a server answers as it does."""
    return {
        "code": explanation.code,
        "purpose": explanation.purpose or None,
        "text": explanation.text or None,
    }


def _question_row(said: Said) -> dict[str, Any]:
    answer = said.answer
    return {
        "type": answer.type,
        "transport": answer.transport,
        "rcode": answer.rcode,
        "ms": None if answer.ms is None else round(answer.ms, 3),
        "flags": list(answer.flags),
        "ede": [ede_row(each) for each in said.extras.ede],
        **_extras_row(said.extras),
        "notes": list(said.notes),
        "error": answer.error,
    }


def _extras_row(extras: Extras) -> dict[str, Any]:
    return {
        "nsid": extras.nsid,
        "cookie": extras.cookie,
        "subnet": extras.subnet,
        "payload": extras.payload,
    }


def _application_row(outcome: Outcome) -> dict[str, Any]:
    assert outcome.application is not None
    row = outcome.application._asdict()
    return {**row, "addresses": list(row["addresses"]), "source": row["source"] or None}
