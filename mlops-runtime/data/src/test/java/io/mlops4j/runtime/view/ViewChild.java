package io.mlops4j.runtime.view;

import io.mlops4j.fixture.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/** Another process that joins or serves features. */
final class ViewChild {
  static final int KEYS = 400;

  /**
   * The events of each key, by minutes of the day: those of the file, then those written online.
   */
  static final int IN_THE_FILE = 20;

  static final int EVENTS = 30;

  /** The keys of a batch, and those that {@code part} writes. */
  static final int BATCH = 5;

  static final int PART = 350;
  static final Instant MIDNIGHT = Instant.parse("2001-01-01T00:00:00Z");

  private ViewChild() {}

  /**
   * Arguments: {@code join}, labels, events and output, to write small files only; or {@code
   * materialise} or {@code write}, the address of the store, the events, and a seed. The latter say
   * that they are ready and wait for a line; materialising does so after its first batch. {@code
   * hold} with an address does so with an open store, and {@code part} with an address and the
   * events materialises the first keys only, and says after each batch how many.
   */
  public static void main(String[] args) throws Exception {
    if (args[0].equals("join")) {
      limitFiles();
      try {
        TrainingSet.builder(FeatureSource.file(Path.of(args[1])), "t")
            .view(view(Path.of(args[2])))
            .write(Path.of(args[3]));
        System.out.println("DONE");
      } catch (RuntimeException e) {
        System.out.println(e.getClass().getSimpleName() + " " + e.getMessage());
      }
      return;
    }
    try (OnlineStore store = JdbcOnlineStore.open(args[1], new Properties())) {
      if (args[0].equals("hold")) {
        await();
        return;
      }
      FeatureView view = view(Path.of(args[2]));
      if (args[0].equals("part")) {
        part(view, store);
        return;
      }
      System.out.println(
          "WRITTEN "
              + (args[0].equals("write")
                  ? write(view, store, new Random(Long.parseLong(args[3])))
                  : materialise(view, store)));
    }
  }

  static FeatureView view(Path events) {
    return FeatureView.builder("events")
        .source(FeatureSource.file(events))
        .keys("k")
        .eventTime("ts")
        .build();
  }

  private static void await() {
    System.out.println("READY");
    try {
      System.in.read();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Twice, first as of an earlier time, in small batches. */
  private static long materialise(FeatureView view, OnlineStore store) {
    AtomicBoolean waited = new AtomicBoolean();
    long written = 0;
    for (int minutes : new int[] {IN_THE_FILE / 2, EVENTS}) {
      written +=
          Materialization.builder(view, store)
              .until(MIDNIGHT.plus(Duration.ofMinutes(minutes)))
              .batchRows(7)
              .onProgress(
                  now -> {
                    if (waited.compareAndSet(false, true)) {
                      await();
                    }
                  })
              .run()
              .written();
    }
    return written;
  }

  /** Says how many keys were written, and waits before the last ones. */
  private static void part(FeatureView view, OnlineStore store) {
    all(view, store)
        .onProgress(
            now -> {
              System.out.println(now.done());
              if (now.done() >= PART) {
                await();
              }
            })
        .run();
  }

  /** The job of {@code part} and of who continues it. */
  static Materialization.Builder all(FeatureView view, OnlineStore store) {
    return Materialization.builder(view, store)
        .until(MIDNIGHT.plus(Duration.ofMinutes(EVENTS)))
        .batchRows(BATCH);
  }

  /** Events of all times in a random order, so that most of them come too late. */
  private static long write(FeatureView view, OnlineStore store, Random random) {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < KEYS * 5; i++) {
      all.add(i % KEYS * EVENTS + random.nextInt(EVENTS - 1));
    }
    for (int key = 0; key < KEYS; key++) {
      all.add(key * EVENTS + EVENTS - 1);
    }
    Collections.shuffle(all, random);
    long written = 0;
    await();
    try (OnlineFeatures online = OnlineFeatures.builder(view, store).build()) {
      for (int each : all) {
        int minute = each % EVENTS;
        Instant at = MIDNIGHT.plus(Duration.ofMinutes(minute));
        written += online.write(at, Map.of("value", minute), "K" + each / EVENTS) ? 1 : 0;
      }
    }
    return written;
  }

  /** After DuckDB has extracted its library, no file may grow beyond 100 KB. */
  private static void limitFiles() throws IOException, InterruptedException, SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
      connection.getMetaData().getDatabaseProductVersion();
    }
    ChildProcess.limitFiles(100_000);
  }

  static Process start(String... args) throws IOException {
    List<String> flags = List.of("-Xmx256m", "-Dh2.bindAddress=127.0.0.1");
    return ChildProcess.start(
        ChildProcess.java(flags, ViewChild.class, (Object[]) args)
            .redirectError(ProcessBuilder.Redirect.INHERIT));
  }
}
