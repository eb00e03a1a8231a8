package io.mlops4j.bench.registry;

import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.runtime.lineage.Lineage;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks a registry of small versions, of which one is the champion. */
final class Reading implements Side {
  private static final int PAGE = 20;
  private static final int SAY_EVERY = 5000;
  private static final Digest DATA = Digest.sha256(new byte[] {1});

  private final Scratch scratch = Scratch.make();
  private final ModelRegistry registry;
  private final Question question;

  /** What is timed. */
  private interface Question {
    float ask(ModelRegistry registry);
  }

  private Reading(int versions, Question question) throws Exception {
    this.question = question;
    registry = FileModelRegistry.open(scratch.folder().resolve("registry"));
    publish(Models.file("mlp32"), versions);
    ModelVersion champion = registry.resolve("small:" + (versions + 1) / 2);
    registry.assign("small@champion", champion, Change.by("bench"));
  }

  /** By two threads: each waits for the disk most of the time. */
  private void publish(Path file, int versions) throws Exception {
    AtomicInteger next = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        all.add(
            threads.submit(
                () -> {
                  for (int i = next.getAndIncrement(); i < versions; i = next.getAndIncrement()) {
                    registry.publish(card(i), file);
                    if (i % SAY_EVERY == SAY_EVERY - 1) {
                      System.err.println("# published " + (i + 1) + " of " + versions);
                    }
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  private static ModelCard card(int run) {
    return ModelCard.builder("small")
        .parameter("run", Integer.toString(run))
        .trainedOn(DatasetRef.of("week " + run % 52, DATA))
        .build();
  }

  static Side resolve(int versions) throws Exception {
    return new Reading(versions, registry -> registry.resolve("small@champion").number());
  }

  static Side page(int versions) throws Exception {
    return new Reading(
        versions,
        registry ->
            registry
                .versions("small", VersionRange.newest(PAGE).withNumbersBefore(versions / 2))
                .get(PAGE - 1)
                .version()
                .number());
  }

  /** Each run reads anew what every version was made from. */
  static Side lineage(int versions) throws Exception {
    return new Reading(versions, registry -> Lineage.of(registry).madeFrom(DATA).size());
  }

  @Override
  public float run() throws Exception {
    return question.ask(registry);
  }

  @Override
  public void close() throws IOException {
    registry.close();
    scratch.close();
  }
}
