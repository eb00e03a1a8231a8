package io.mlops4j.samples.quickstart;

import io.mlops4j.error.MlopsException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * The users of the model. The flights of most days come as one Arrow batch, those of some days as
 * single records from several threads at the same time.
 */
final class Traffic implements AutoCloseable {
  private static final int CALLERS = 4;
  private static final Duration BETWEEN_FLIGHTS = Duration.ofMillis(10);

  private final Model model;
  private final RowModel<Flight, Delay> rows;
  private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);

  Traffic(Model model) {
    this.model = model;
    this.rows = model.rows(Flight.class, Delay.class); // binds once, checks every component
  }

  /** An ordinary day. */
  Answers ask(FeatureBatch day) {
    Answers answers = new Answers(day.rows());
    try (Prediction late = model.predict(day)) {
      answers.put(0, late);
    } catch (MlopsException e) {
      answers.failed(day.rows());
    }
    return answers;
  }

  /**
   * A day of single flights with an event at noon. From then on the replay is in slow motion until
   * the event has happened.
   *
   * @param then gets the number of flights that were predicted when the event had happened
   */
  Answers askWhile(FeatureBatch day, Runnable atNoon, BooleanSupplier happened, IntConsumer then) {
    Answers answers = new Answers(day.rows());
    List<CompletableFuture<Void>> calls = new ArrayList<>();
    boolean slow = false;
    for (int row = 0; row < day.rows(); row++) {
      if (row == day.rows() / 2) {
        atNoon.run();
        slow = true;
      }
      calls.add(askOne(row, Flight.at(row, day), answers));
      if (slow && happened.getAsBoolean()) {
        calls.forEach(CompletableFuture::join);
        then.accept(row + 1);
        slow = false;
      } else if (slow) {
        LockSupport.parkNanos(BETWEEN_FLIGHTS.toNanos());
      }
    }
    calls.forEach(CompletableFuture::join);
    return answers;
  }

  private CompletableFuture<Void> askOne(int row, Flight flight, Answers answers) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            answers.put(row, rows.predict(flight));
          } catch (MlopsException e) {
            answers.failed(1); // the story only counts; an application would log the reason
          }
        },
        callers);
  }

  @Override
  public void close() {
    callers.shutdownNow();
  }
}
