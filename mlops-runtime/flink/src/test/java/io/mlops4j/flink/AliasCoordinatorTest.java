package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.RegistryException;
import io.mlops4j.flink.VersionEvent.Change;
import io.mlops4j.flink.VersionEvent.Confirmed;
import io.mlops4j.flink.VersionEvent.Prepare;
import io.mlops4j.flink.VersionEvent.Prepared;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.messages.Acknowledge;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator.SubtaskGateway;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.junit.jupiter.api.Test;

/** The protocol, with two subtasks, without a cluster and without a thread. */
class AliasCoordinatorTest {
  private static final PinnedModel ONE = new PinnedModel("plus:1", "sha256:1");
  private static final PinnedModel TWO = new PinnedModel("plus:2", "sha256:2");

  private PinnedModel alias = ONE;
  private boolean away;
  private final AliasCoordinator coordinator = new AliasCoordinator(this::read, () -> 2);
  private final Subtask first = new Subtask(0);
  private final Subtask second = new Subtask(1);

  private PinnedModel read() {
    if (away) {
      throw new RegistryException("away", null);
    }
    return alias;
  }

  private static final class Subtask implements SubtaskGateway {
    private final int number;
    private final List<OperatorEvent> events = new ArrayList<>();
    private boolean ended;

    Subtask(int number) {
      this.number = number;
    }

    @Override
    public CompletableFuture<Acknowledge> sendEvent(OperatorEvent event) {
      if (ended) {
        return CompletableFuture.failedFuture(new IllegalStateException("the task has ended"));
      }
      events.add(event);
      return CompletableFuture.completedFuture(Acknowledge.get());
    }

    @Override
    public ExecutionAttemptID getExecution() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int getSubtask() {
      return number;
    }
  }

  private void ready(Subtask... subtasks) {
    for (Subtask subtask : subtasks) {
      coordinator.executionAttemptReady(subtask.number, 0, subtask);
    }
  }

  private void loaded(Subtask subtask, PinnedModel model) {
    coordinator.handleEventFromOperator(subtask.number, 0, new Prepared(model, ""));
  }

  private void checkpoint(long number) {
    CompletableFuture<byte[]> state = new CompletableFuture<>();
    coordinator.checkpointCoordinator(number, state);
    confirm(first);
    confirm(second);
    assertThat(state).isCompleted();
  }

  private void confirm(Subtask subtask) {
    for (OperatorEvent event : List.copyOf(subtask.events)) {
      if (event instanceof Change change) {
        coordinator.handleEventFromOperator(subtask.number, 0, new Confirmed(change));
      }
    }
  }

  @Test
  void aCheckpointWaitsUntilAllSubtasksHaveConfirmedTheChange() {
    ready(first, second);
    coordinator.look();
    loaded(first, ONE);
    loaded(second, ONE);
    CompletableFuture<byte[]> state = new CompletableFuture<>();
    coordinator.checkpointCoordinator(1, state);
    confirm(first);
    assertThat(state).isNotDone();
    confirm(second);
    assertThat(state).isCompleted();
  }

  @Test
  void aCheckpointDoesNotWaitForASubtaskWhoseInputHasEnded() {
    ready(first, second);
    coordinator.look();
    loaded(first, ONE);
    loaded(second, ONE);
    CompletableFuture<byte[]> state = new CompletableFuture<>();
    coordinator.checkpointCoordinator(1, state);
    confirm(first);
    second.ended = true; // it has received the change, and ends without reading it
    assertThat(state).isNotDone();
    coordinator.look();
    assertThat(state).isCompleted();
  }

  @Test
  void aCheckpointDoesNotWaitForASubtaskThatFailed() {
    ready(first, second);
    coordinator.look();
    loaded(first, ONE);
    loaded(second, ONE);
    CompletableFuture<byte[]> state = new CompletableFuture<>();
    coordinator.checkpointCoordinator(1, state);
    confirm(first);
    coordinator.executionAttemptFailed(1, 0, null);
    assertThat(state).isCompleted();

    Subtask again = new Subtask(1);
    ready(again);
    CompletableFuture<byte[]> next = new CompletableFuture<>();
    coordinator.checkpointCoordinator(2, next);
    assertThat(next).isNotDone();
    confirm(again);
    assertThat(next).isCompleted();
  }

  @Test
  void allSubtasksChangeAtTheCheckpointAfterTheLastHasLoaded() {
    ready(first, second);
    coordinator.look();
    loaded(first, ONE);
    checkpoint(1);
    assertThat(first.events).containsExactly(new Prepare(ONE));
    loaded(second, ONE);
    checkpoint(2);
    assertThat(first.events).containsExactly(new Prepare(ONE), new Change(2, ONE));
    assertThat(second.events).isEqualTo(first.events);

    coordinator.look(); // the alias has not moved
    checkpoint(3);
    assertThat(first.events).hasSize(2);
  }

  @Test
  void anAliasThatMovesAgainReplacesTheVersionThatLoads() {
    ready(first, second);
    coordinator.look();
    loaded(first, ONE);
    alias = TWO;
    coordinator.look();
    loaded(second, ONE); // too late
    loaded(first, TWO);
    checkpoint(1);
    assertThat(first.events).containsExactly(new Prepare(ONE), new Prepare(TWO));
    loaded(second, TWO);
    checkpoint(2);
    assertThat(second.events).contains(new Change(2, TWO));
  }

  @Test
  void aSubtaskThatBeginsLaterGetsWhatTheOthersHave() {
    ready(first, second);
    coordinator.look();
    loaded(first, ONE);
    loaded(second, ONE);
    checkpoint(1);
    coordinator.executionAttemptFailed(1, 0, null);
    alias = TWO;
    coordinator.look();
    loaded(first, TWO);
    checkpoint(2); // not without the other one
    assertThat(first.events).doesNotContain(new Change(2, TWO));

    Subtask again = new Subtask(1);
    ready(again);
    assertThat(again.events).containsExactly(new Change(1, ONE), new Prepare(TWO));
    confirm(again);
    loaded(again, TWO);
    coordinator.checkpointCoordinator(3, new CompletableFuture<>());
    assertThat(first.events).contains(new Change(3, TWO));
    assertThat(again.events).contains(new Change(3, TWO));
  }

  @Test
  void aLoadThatFailsIsTriedAgainAtTheNextLook() {
    ready(first, second);
    coordinator.look();
    loaded(first, ONE);
    coordinator.handleEventFromOperator(1, 0, new Prepared(ONE, "no memory"));
    checkpoint(1);
    assertThat(second.events).containsExactly(new Prepare(ONE));
    coordinator.look();
    loaded(first, ONE);
    loaded(second, ONE);
    checkpoint(2);
    assertThat(second.events)
        .containsExactly(new Prepare(ONE), new Prepare(ONE), new Change(2, ONE));
  }

  @Test
  void aRegistryThatIsAwayChangesNothing() {
    ready(first, second);
    coordinator.look();
    loaded(first, ONE);
    loaded(second, ONE);
    checkpoint(1);
    away = true;
    coordinator.look();
    checkpoint(2);
    assertThat(first.events).hasSize(2);
    away = false;
    alias = TWO;
    coordinator.look();
    assertThat(first.events).endsWith(new Prepare(TWO));
  }

  @Test
  void aSubtaskWhoseInputHasEndedIsNotWaitedFor() {
    ready(first, second);
    second.ended = true;
    coordinator.look();
    loaded(first, ONE);
    checkpoint(1);
    assertThat(first.events).containsExactly(new Prepare(ONE), new Change(1, ONE));
  }

  @Test
  void aRestoreForgetsWhatWasDecided() {
    ready(first, second);
    coordinator.look();
    loaded(first, ONE);
    loaded(second, ONE);
    checkpoint(1);
    coordinator.resetToCheckpoint(1, new byte[0]);
    Subtask again = new Subtask(0);
    ready(again, new Subtask(1));
    assertThat(again.events).isEmpty(); // its state has the version
    coordinator.look();
    assertThat(again.events).containsExactly(new Prepare(ONE));
  }
}
