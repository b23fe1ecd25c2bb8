from hypothesis import given, settings
from hypothesis import strategies as st

from app.controls import SetLearningRate, SetSpeed
from app.recipe import Recipe
from app.running.job import Job


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_job_is_one_line_whatever_the_run_is_called(name: str) -> None:
    controls = (SetSpeed(steps_per_second=20), SetLearningRate(learning_rate=0.5), SetSpeed(steps_per_second=None))
    job = Job(run="run", name=name, recipe=Recipe(hidden=3), first_seq=2, controls=controls)
    assert job.line().count(b"\n") == 1
    assert Job.model_validate_json(job.line()) == job
