"""What a worker on this machine does, one on a cluster does too."""

from app.recipe import Recipe
from app.running.engine import Engine
from app.running.process import WorkerProcess
from app.running.protocol import Member, TrainSweep
from tests.running.test_process import (  # noqa: F401
    ended,
    figures,
    pytestmark,
    test_a_cancelled_task_ends_between_two_steps_and_logs_nothing_more,
    test_a_paused_run_takes_a_control_at_once_and_lets_others_train,
    test_a_run_is_numbered_from_where_its_log_stands,
    test_an_error_in_a_task_is_told_in_a_sentence_and_the_others_go_on,
    test_paced_runs_train_by_turns_with_one_at_full_speed,
    training,
    until,
    worker,
)


async def test_runs_and_sweeps_have_the_same_bits_as_on_this_machine(worker: WorkerProcess) -> None:  # noqa: F811
    run = training("run", Recipe(epochs=2, seed=7, optimizer="adam", augment=True))
    members = [
        Member(run=f"member {seed}", name="", recipe=Recipe(epochs=2, seed=seed, hidden=100), first_seq=1)
        for seed in range(8)
    ]
    sweep = TrainSweep(id="task of sweep", members=tuple(members), size=len(members))
    here = await WorkerProcess.spawn(Engine("cpu", None))
    trained = []
    try:
        await here.ready()
        for each in (here, worker):
            each.send(run)
            each.send(sweep)
            received = await until(each, ended("run", "sweep"))
            trained.append([figures(received, name) for name in ("run", *(member.run for member in members))])
    finally:
        await here.end()
    assert all(len(each) > 2 * 49 for each in trained[0])
    assert trained[0] == trained[1]
