package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.InferenceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log has of many failures. */
class ProblemsTest {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1); // nanoTime may overflow
  private final Problems problems = new Problems(now::get);

  @BeforeEach
  void readTheLog() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(before);
  }

  /** Returns the number that the client is told. */
  private String fail(RuntimeException failure) {
    String told = problems.of(failure).text();
    return told.substring(told.lastIndexOf(' ') + 1);
  }

  private String failOnce(String message) {
    return fail(new InferenceException(message, null));
  }

  private String newLog() {
    String logged = log.toString(StandardCharsets.UTF_8);
    log.reset();
    return logged;
  }

  @Test
  void aFailureThatRepeatsIsALineAndItsStackTraceComesOnceAMinute() {
    String first = failOnce("row 1");
    assertThat(newLog()).contains("as failure " + first, "row 1", "\tat " + getClass().getName());
    now.addAndGet(Duration.ofSeconds(60).toNanos() - 1);
    String second = failOnce("row 2");
    assertThat(newLog().lines())
        .singleElement()
        .asString()
        .contains("as failure " + second + ": ", "InferenceException: row 2", first);
    now.addAndGet(1);
    String third = failOnce("row 3");
    assertThat(newLog()).contains("as failure " + third, "row 3", "\tat " + getClass().getName());
  }

  @Test
  void anotherKindOfFailureHasItsOwnStackTrace() {
    failOnce("row 1");
    newLog();
    String state = fail(new IllegalStateException("closed"));
    assertThat(newLog()).contains("as failure " + state, "\tat ");
    String elsewhere = fail(new InferenceException("row 2", null));
    assertThat(newLog()).contains("as failure " + elsewhere, "\tat ");
  }

  /** The message of a failure need not name its cause. */
  @Test
  void aFailureByAnotherCauseHasItsOwnStackTrace() {
    for (Exception cause : List.of(new IOException("no space"), new TimeoutException("busy"))) {
      String number = fail(new IllegalStateException("cannot write", cause));
      assertThat(newLog()).contains("as failure " + number, cause.toString(), "\tat ");
    }
  }

  @Test
  void causesMayFormACircle() {
    IllegalStateException first = new IllegalStateException("first");
    first.initCause(new IllegalStateException("second", first));
    assertThat(fail(first)).isNotEmpty();
  }
}
