package io.mlops4j.runtime.serving.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs callers through the queue in every order in which threads could, step by step and without
 * threads: a step is what a caller of {@link RowBatcher} does between two moments at which another
 * could come.
 */
class CallQueueTest {
  /** What a caller does next; a parked one waits for a permit. */
  private enum Next {
    ENTER,
    QUEUE,
    TAKE,
    PARKED,
    LEAVE_ALONE,
    LEAVE,
    ANSWER,
    NOTHING
  }

  /**
   * A letter is a caller. Equal letters are answered together, "+" lets a caller give up while it
   * waits, "!" lets what is answered together with it fail, "~" leaves a call to a worker. "^" is a
   * call of high priority, "_" one of low priority.
   */
  @ParameterizedTest
  @CsvSource({
    "1, a b c",
    "1, a a b",
    "1, a! a b",
    "1, a+ b a+",
    "1, a~ b a",
    "1, a~ a! b",
    "1, a a! a b",
    "2, a b c",
    "2, a a b c",
    "2, a a! b",
    "2, a+ a b+",
    "2, a~ a b",
    "2, a a b+ c",
    "1, a a^ a_",
    "1, a_ b b^",
    "1, a_ b^+ c",
    "1, a~_ b^ a^",
    "1, a_ a!^ b",
    "2, a_ b^ a",
    "2, a_ b~^ c",
    "2, a_ a^ b^+",
    "2, a~_ b^ c",
  })
  void everyCallerIsAnsweredInEveryOrder(int processors, String callers) {
    Set<String> seen = new HashSet<>();
    Deque<List<Integer>> schedules = new ArrayDeque<>(List.of(List.of()));
    while (!schedules.isEmpty()) {
      List<Integer> schedule = schedules.pop();
      Play play = new Play(processors, callers);
      schedule.forEach(play::step);
      if (!seen.add(play.toString())) {
        continue;
      }
      play.checkFree(schedule);
      List<Integer> possible = play.possible();
      if (possible.isEmpty()) {
        play.checkEnd(schedule);
      }
      for (int step : possible) {
        schedules.push(Stream.concat(schedule.stream(), Stream.of(step)).toList());
      }
    }
    assertThat(seen).hasSizeGreaterThan(50);
  }

  /** Callers at one moment. */
  private static final class Play {
    private static final Comparator<Caller> ORDER =
        Comparator.<Caller, Priority>comparing(caller -> caller.priority)
            .reversed()
            .thenComparing(caller -> caller.place);

    private final int processors;
    private final CallQueue queue;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<Caller> callers = new ArrayList<>();
    private int last;
    private int first;

    Play(int processors, String kinds) {
      this.processors = processors;
      this.queue = new CallQueue(processors, tasks::add);
      for (String kind : kinds.split(" ", -1)) {
        callers.add(new Caller(kind));
      }
    }

    /** A caller's index, or with an offset that it gives up, or that a worker takes a task. */
    List<Integer> possible() {
      List<Integer> steps = new ArrayList<>();
      for (int i = 0; i < callers.size(); i++) {
        Caller caller = callers.get(i);
        if (caller.next == Next.PARKED ? caller.permit : caller.next != Next.NOTHING) {
          steps.add(i);
        }
        if (caller.isWaiting() && caller.next == Next.PARKED && caller.kind.contains("+")) {
          steps.add(callers.size() + i);
        }
      }
      if (!tasks.isEmpty()) {
        steps.add(2 * callers.size());
      }
      return steps;
    }

    void step(int step) {
      if (step < callers.size()) {
        callers.get(step).step();
      } else if (step < 2 * callers.size()) {
        callers.get(step - callers.size()).giveUp();
      } else {
        tasks.remove().run();
      }
    }

    /** No processor is free while callers wait and the first of them sleeps. */
    void checkFree(List<Integer> schedule) {
      callers.stream()
          .filter(QueuedCall::isWaiting)
          .min(ORDER)
          .filter(head -> queue.free() > 0)
          .ifPresent(
              head ->
                  assertThat(
                          head.isAsynchronous()
                              ? !tasks.isEmpty()
                              : head.next != Next.PARKED || head.permit)
                      .as("the first who waits is awake, after the steps %s", schedule)
                      .isTrue());
    }

    void checkEnd(List<Integer> schedule) {
      assertThat(callers)
          .as("ended, after the steps %s", schedule)
          .allMatch(caller -> caller.next == Next.NOTHING);
      assertThat(queue.waiting()).isZero();
      assertThat(queue.free()).isEqualTo(processors);
    }

    /** Equal where the same can follow. */
    @Override
    public String toString() {
      List<Integer> order = new ArrayList<>();
      callers.stream()
          .filter(QueuedCall::isWaiting)
          .sorted(ORDER)
          .forEach(caller -> order.add(callers.indexOf(caller)));
      return queue.free() + " " + order + " " + tasks.size() + " " + callers;
    }

    private final class Caller extends QueuedCall {
      private final String kind;
      private Next next;
      private boolean permit;
      private boolean done;
      private int place;
      private List<QueuedCall> taken = List.of();

      Caller(String kind) {
        super(
            kind.charAt(0),
            kind.contains("^")
                ? Priority.HIGH
                : kind.contains("_") ? Priority.LOW : Priority.NORMAL,
            kind.contains("~") ? null : Thread.currentThread());
        this.kind = kind;
        this.next = isAsynchronous() ? Next.QUEUE : Next.ENTER;
      }

      void step() {
        switch (next) {
          case ENTER -> next = queue.tryEnter() ? Next.LEAVE_ALONE : Next.QUEUE;
          case LEAVE_ALONE -> {
            queue.leave();
            next = Next.NOTHING;
          }
          case QUEUE -> {
            place = ++last;
            next = isAsynchronous() ? Next.PARKED : Next.TAKE;
            queue.add(this);
          }
          case TAKE -> take();
          case PARKED -> {
            permit = false;
            next = Next.TAKE;
          }
          case LEAVE -> {
            queue.leave();
            next = Next.ANSWER;
          }
          case ANSWER -> {
            next = Next.TAKE;
            tell(taken);
          }
          case NOTHING -> throw new AssertionError(kind);
        }
      }

      private void take() {
        if (done) {
          next = Next.NOTHING;
          return;
        }
        taken = queue.take(this);
        if (!taken.isEmpty()) {
          checkOrder();
        }
        next = taken.isEmpty() ? Next.PARKED : Next.LEAVE;
      }

      /** No call of the group overtakes a more important one, and no caller the first caller. */
      private void checkOrder() {
        callers.stream()
            .filter(left -> left.isWaiting() && left.group.equals(group))
            .forEach(
                left ->
                    assertThat(taken)
                        .allMatch(call -> call.priority.compareTo(left.priority) >= 0));
        callers.stream()
            .filter(QueuedCall::isWaiting)
            .min(ORDER)
            .filter(head -> !head.isAsynchronous() && !head.group.equals(group))
            .ifPresent(head -> assertThat(priority).isGreaterThanOrEqualTo(head.priority));
      }

      private void tell(List<QueuedCall> together) {
        List<Caller> answered = together.stream().map(Caller.class::cast).toList();
        if (together.size() > 1 && answered.stream().anyMatch(each -> each.kind.contains("!"))) {
          for (int i = answered.size() - 1; i >= 0; i--) {
            answered.get(i).place = --first;
          }
          queue.addSeparately(together);
        } else {
          answered.forEach(Caller::end);
        }
      }

      private void end() {
        done = true;
        if (isAsynchronous()) {
          next = Next.NOTHING;
        }
        wake();
      }

      void giveUp() {
        assertThat(queue.remove(this)).isTrue();
        next = Next.NOTHING;
      }

      @Override
      int most() {
        return 2;
      }

      @Override
      int rows() {
        return 1;
      }

      @Override
      Runnable answer(List<QueuedCall> together) {
        return () -> tell(together);
      }

      @Override
      void wake() {
        permit = !isAsynchronous();
      }

      @Override
      public String toString() {
        return next
            + (permit ? " permit" : "")
            + (done ? " done" : "")
            + (group == this ? " separate " : " ")
            + taken.stream().map(callers::indexOf).toList();
      }
    }
  }
}
