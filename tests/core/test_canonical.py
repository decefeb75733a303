"""Canonical JSON by RFC 8785: the same content is the same bytes."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.core.canonical import LARGEST_SAFE_INTEGER, canonical_json, digest, sha256_hex


def test_keys_are_in_utf16_order():
    # RFC 8785, section 3.2.3: the example's keys, in the order that it prints. The smiling face (a surrogate pair,
    # D83D DE00) comes before the Hebrew presentation form FB33, though its code point is the higher.
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\u00f6"]
    in_order = ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical_json(dict.fromkeys(keys, 0)))) == in_order


def test_texts_are_escaped_as_the_rfc_says():
    # RFC 8785, section 3.2.2: the example's string
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    assert canonical_json({"string": text}) == '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()
    assert canonical_json("\b\t\n\f\r\x00\x1f\x7f\u2028") == b'"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\xe2\x80\xa8"'


def test_literals_lists_and_nesting_have_no_spaces():
    value = {"b": [True, False, None, 0, -5, ("x", [])], "a": {"d": {}, "c": "结算单"}}
    assert canonical_json(value) == '{"a":{"c":"结算单","d":{}},"b":[true,false,null,0,-5,["x",[]]]}'.encode()


@pytest.mark.parametrize(
    "value", [0.8, Decimal("0.8"), Fraction(4, 5), 2**53, -(2**53), {"a": [1.0]}, b"x", {1, 2}, float("nan")]
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(TypeError, match="has no canonical form: write it as text"):
        canonical_json(value)


def test_a_key_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match="text keys only"):
        canonical_json({1: "a"})


def test_half_a_surrogate_pair_is_no_text():
    with pytest.raises(UnicodeEncodeError):
        canonical_json("\ud83d")


def test_the_largest_safe_integer_passes():
    assert canonical_json([LARGEST_SAFE_INTEGER]) == b"[9007199254740991]"


def test_a_digest_does_not_depend_on_the_order_of_writing():
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"}) == sha256_hex(b'{"a":"1","b":"2"}')
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
