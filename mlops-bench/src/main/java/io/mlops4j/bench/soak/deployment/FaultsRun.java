package io.mlops4j.bench.soak.deployment;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.bench.soak.part.Lines;
import io.mlops4j.bench.soak.part.Postgres;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Makes the faults of {@link Faults}, and looks at what the service does meanwhile and after. */
final class FaultsRun implements AutoCloseable {
  private static final int GOOD = 20;
  private static final long MILLI = 1_000_000;
  private static final long START = 120_000 * MILLI;
  private static final long FOLLOW = 60_000 * MILLI;
  private static final long SILENCE = 1_000 * MILLI;
  private static final Change CHANGE = Change.by("soak");
  private static final ModelCard CARD = ModelCard.builder("line").build();

  /** What fails. */
  private enum Fault {
    SUSPENDED,
    KILLED_WITHOUT_REGISTRY,
    STOPPED,
    UNREACHABLE,
    PACKETS_LOST,
    DISK_FULL,
    LOAD_FAILS,
    SELF_TEST_HANGS,
    KILLED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  private final Postgres database;
  private final Faults.Disk disk;
  private final Consumer<String> say;
  private final Random random;
  private final long seed;
  private final Forwarder network;
  private final ModelRegistry registry;
  private final Path folder = Files.createTempDirectory("faults");
  private final List<ModelVersion> good = new ArrayList<>();
  private final ModelVersion broken;
  private final ModelVersion slow;
  private FaultsService service;
  private int next;
  private long failed;
  private int unanswered;
  private double slowest;

  /** The longest time that a pause took beyond what was asked: how starved the machine is. */
  private long stall;

  FaultsRun(Postgres database, Faults.Disk disk, long seed, Consumer<String> say)
      throws IOException {
    this.database = database;
    this.disk = disk;
    this.seed = seed;
    this.say = say;
    this.random = new Random(seed);
    this.network = new Forwarder(database.port());
    this.registry = FaultsMain.registry(database.port(), 30).open();
    for (int number = 1; number <= GOOD; number++) {
      good.add(publish(Lines.of(number, 1))); // what the service expects of its number
    }
    broken = publish(Lines.withoutEngine());
    slow = publish(Lines.slow());
    registry.assign(FaultsMain.ALIAS, good.get(0), CHANGE);
    service = start();
    if (!await(() -> service.serving() > 0 && service.copied(), START)) {
      throw new IOException("the service did not start, or did not copy its version");
    }
  }

  private ModelVersion publish(ModelProto model) throws IOException {
    return registry.publish(CARD, Graphs.save(folder, "line", model));
  }

  private FaultsService start() throws IOException {
    return new FaultsService(network.port(), disk.folder(), seed, say);
  }

  /** The first faults are one of each kind. */
  void fault(int number) throws IOException {
    Fault[] all = Fault.values();
    Fault fault = all[number < all.length ? number : random.nextInt(all.length)];
    if (fault == Fault.DISK_FULL && !disk.canBeFull()) {
      return;
    }
    switch (fault) {
      case UNREACHABLE -> {
        network.cut();
        hold();
        network.mend();
      }
      case PACKETS_LOST -> {
        ModelVersion meanwhile = nextGood(); // its trial may hang on a connection that is dead
        assign(meanwhile);
        pause(random.nextInt(250) * MILLI);
        network.lose();
        hold();
        network.mend();
        awaitServing(fault, meanwhile);
      }
      case STOPPED -> {
        database.stop();
        hold();
        database.start();
      }
      case SUSPENDED -> {
        database.suspend();
        hold();
        database.resume();
      }
      case DISK_FULL -> {
        disk.fill();
        assign(nextGood());
        hold();
        disk.free();
      }
      case LOAD_FAILS -> {
        assign(broken);
        hold();
      }
      case SELF_TEST_HANGS -> {
        assign(slow);
        hold();
      }
      case KILLED -> restart();
      case KILLED_WITHOUT_REGISTRY -> {
        database.suspend();
        restart();
        database.resume();
      }
    }
    follow(fault);
  }

  /** Lets the fault last, and looks whether calls are answered. */
  private void hold() {
    long until = System.nanoTime() + (500 + random.nextInt(2_500)) * MILLI;
    long answered = service.answered();
    long heard = System.nanoTime();
    stall = 0;
    while (System.nanoTime() < until) {
      pause(20 * MILLI);
      long now = System.nanoTime();
      if (service.answered() > answered) {
        answered = service.answered();
        heard = now;
      } else if (now - heard > SILENCE) {
        unanswered++;
        say.accept("no answers for a second%s".formatted(stalled()));
        return;
      }
    }
  }

  private void pause(long nanos) {
    long began = System.nanoTime();
    LockSupport.parkNanos(nanos);
    stall = Math.max(stall, System.nanoTime() - began - nanos);
  }

  private String stalled() {
    return ", while this process was late by up to %.2f s".formatted(stall / 1e9);
  }

  private void restart() throws IOException {
    service.kill();
    failed += service.failed();
    long began = System.nanoTime();
    service = start();
    if (await(() -> service.serving() > 0, START)) {
      say.accept("answers %.1f s after its start".formatted((System.nanoTime() - began) / 1e9));
    } else {
      unanswered++;
      say.accept("the service did not start again");
    }
  }

  /** Assigns another version, and waits until it answers. */
  private void follow(Fault fault) {
    ModelVersion version = nextGood();
    assign(version);
    awaitServing(fault, version);
  }

  private void awaitServing(Fault fault, ModelVersion version) {
    long began = System.nanoTime();
    boolean follows = await(() -> service.serving() == version.number(), FOLLOW);
    double seconds = follows ? (System.nanoTime() - began) / 1e9 : Double.POSITIVE_INFINITY;
    slowest = Math.max(slowest, seconds);
    say.accept("%s: followed after %.2f s%s".formatted(fault, seconds, stalled()));
  }

  private ModelVersion nextGood() {
    next = (next + 1) % GOOD;
    return good.get(next);
  }

  /** The connection may be one from before a fault. */
  private void assign(ModelVersion version) {
    for (int attempt = 0; ; attempt++) {
      try {
        registry.assign(FaultsMain.ALIAS, version, CHANGE);
        return;
      } catch (RegistryException e) {
        if (attempt > 100) {
          throw e;
        }
        LockSupport.parkNanos(20 * MILLI);
      }
    }
  }

  private boolean await(BooleanSupplier condition, long nanos) {
    long until = System.nanoTime() + nanos;
    stall = 0;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until || !service.isAlive()) {
        return false;
      }
      pause(2 * MILLI);
    }
    return true;
  }

  /** Lets the service close. */
  void end() throws IOException {
    unanswered += service.ends() ? 0 : 1;
    failed += service.failed();
    say.accept(service.answered() + " calls answered since the last start");
  }

  long failed() {
    return failed;
  }

  int unanswered() {
    return unanswered;
  }

  double slowest() {
    return slowest;
  }

  @Override
  public void close() throws IOException {
    try (network;
        registry) {
      service.close();
    }
  }
}
