"""What the server does with workers on this machine, it does with those on a cluster too."""

from tests.running.test_computations import (  # noqa: F401
    test_an_experiment_is_answered_beside_a_run,
    test_the_same_question_is_computed_once_and_cancelled_with_its_last_waiter,
)
from tests.running.test_lost_sweeps import (  # noqa: F401
    one_thread,
    test_a_sweep_whose_worker_is_killed_ends_as_if_nothing_had_been,
)
from tests.running.test_lost_workers import (  # noqa: F401
    test_a_run_whose_worker_is_killed_ends_as_if_nothing_had_been,
    test_what_a_run_was_told_holds_in_its_next_worker,
)
from tests.running.test_supervisor import (  # noqa: F401
    pytestmark,
    test_a_run_is_logged_exactly_as_it_was_trained,
    test_a_run_whose_worker_dies_before_it_begins_keeps_what_it_was_told,
    test_a_worker_that_does_not_answer_is_killed_and_its_run_stopped,
    test_each_control_is_answered_with_the_step_at_which_it_took_effect,
    test_one_run_after_another_trains_in_the_same_process,
)
from tests.running.test_sweeps import (  # noqa: F401
    test_a_group_whose_worker_is_killed_goes_on_before_the_one_that_waits,
    test_a_large_group_trains_in_as_many_workers_as_may_train_at_once,
    test_members_that_can_share_a_batch_train_in_one_process_at_once,
)
