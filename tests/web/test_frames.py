from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode

from app.record import Record
from app.web.frames import Form, record_frames
from tests.web.frames import parsed

SIZES = st.one_of(st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536, 70_000]), st.integers(0, 3000))


@given(records=st.lists(st.tuples(SIZES, st.booleans()), max_size=5))
def test_records_joined_are_frames_of_their_own_bytes(records: list[tuple[int, bool]]) -> None:
    logged = [
        Record(seq, "Weights" if binary else "Steps", None, bytes(index % 128 for index in range(size)))
        for seq, (size, binary) in enumerate(records, 1)
    ]
    frames = parsed(record_frames(logged, "run", Form()))
    assert [bytes(each.data) for each in frames] == [record.data for record in logged]
    assert [each.opcode is Opcode.BINARY for each in frames] == [record.binary for record in logged]
    assert all(each.fin for each in frames)
