"""What Schemathesis does not know of itself: bodies of lines of JSON, for `check-api.ts`."""
import json

import schemathesis
from hypothesis import strategies as st

NDJSON = "application/x-ndjson"

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=20)},
    optional={
        "user": st.text(min_size=1, max_size=20),
        "item": st.sampled_from(["sim-item-000001", "sim-item-000002", "nowhere"]),
        "title": st.text(max_size=50),
        "price": st.integers(0, 1000),
    },
)
LINES = st.lists(st.one_of(RECORDS, VALUES).map(json.dumps) | st.text(max_size=30), max_size=6)

schemathesis.openapi.media_type(NDJSON, LINES.map(lambda lines: "\n".join(lines).encode("utf-8", "replace")))


@schemathesis.serializer(NDJSON)
def serialize_lines(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
