package io.mlops4j.runtime.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Collected;
import io.mlops4j.registry.Lease;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.registry.VersionStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Versions are deprecated, deleted and collected; nothing that is needed ever goes. */
public abstract class RegistryRetentionCompatibility extends RegistrySuite {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Retention STRICT =
      Retention.withDefaults().withFloor(Duration.ofDays(30)).withGrace(Duration.ofDays(2));

  private VersionState state(ModelVersion version) {
    return registry.status(version).state();
  }

  private void assertRefused(Runnable use, String... says) {
    assertThatThrownBy(use::run)
        .isExactlyInstanceOf(RegistryException.class)
        .hasMessageContainingAll(says);
  }

  @Test
  void aBareNameMeansNoDeprecatedVersionWhileThereIsABetterOne() throws IOException {
    List<ModelVersion> all = publish(1, 3);
    VersionRecord record = registry.deprecate(all.get(2), ANA);
    assertThat(record.number()).isEqualTo(1);
    assertThat(record.versions()).containsExactly(all.get(2));
    assertThat(record.change()).isEqualTo(ANA);
    assertThat(registry.resolve("fraud")).isEqualTo(all.get(1));
    assertThat(registry.resolve("fraud:3")).isEqualTo(all.get(2));
    assertThat(registry.versions("fraud")).isEqualTo(all);
    registry.assign(CHAMPION, all.get(2), BOB);
    assertThat(registry.resolve(CHAMPION)).isEqualTo(all.get(2));

    registry.deprecate(all.get(1), ANA);
    registry.deprecate(all.get(0), ANA);
    assertThat(registry.resolve("fraud")).isEqualTo(all.get(2));
    registry.restore(all.get(0), BOB);
    assertThat(registry.resolve("fraud")).isEqualTo(all.get(0));
    assertThat(registry.changes("fraud")).hasSize(4).first().isEqualTo(record);
    assertThat(registry.changes("other")).isEmpty();
  }

  @Test
  void whatIsDoneElsewhereIsSeenHere() throws IOException {
    ModelVersion one = publish(1);
    ModelRegistry other = open(STRICT);
    assertThat(other.status(one).state()).isEqualTo(VersionState.ACTIVE);
    VersionRecord record = registry.deprecate(one, ANA);
    VersionStatus status = other.status(one);
    assertThat(status.state()).isEqualTo(VersionState.DEPRECATED);
    assertThat(status.since()).contains(record);
  }

  @Test
  void whatAnAliasNamesOrNamedWithinTheFloorIsNotDeleted() throws IOException {
    registry = open(STRICT);
    List<ModelVersion> all = publish(1, 3);
    registry.assign(CHAMPION, all.get(0), ANA);
    clock.advance(DAY);
    registry.assign(CHAMPION, all.get(1), ANA);
    clock.advance(DAY.multipliedBy(30).minusSeconds(1));

    assertRefused(() -> registry.delete(all.get(1), ANA), "fraud:2", "fraud@champion names it");
    assertRefused(
        () -> registry.delete(all.get(0), ANA),
        "fraud:1",
        "fraud@champion named it until 2001-05-02T00:00:00Z",
        "the floor of 30 days",
        "deprecate it");
    assertThat(registry.changes("fraud")).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    registry.delete(all.get(0), ANA);
    registry.delete(all.get(2), ANA);
    assertThat(registry.versions("fraud")).containsExactly(all.get(1));
  }

  @Test
  void aDeletedVersionIsKeptForTheGracePeriodAndCanBeRestored() throws Exception {
    registry = open(STRICT);
    List<ModelVersion> all = publish(1, 2);
    VersionRecord deleted = registry.delete(all.get(1), ANA);
    assertThat(registry.delete(all.get(1), BOB)).as("deleted again").isEqualTo(deleted);
    assertThat(registry.resolve("fraud")).isEqualTo(all.get(0));
    assertThat(registry.resolve("fraud:2")).isEqualTo(all.get(1));
    assertThat(registry.source(all.get(1)).digest()).isEqualTo(all.get(1).digest());
    assertRefused(
        () -> registry.assign(CHAMPION, all.get(1), BOB), "fraud:2", "deleted by ana", "why not");
    assertRefused(() -> registry.deprecate(all.get(1), BOB), "deleted by ana", "restore");
    assertRefused(() -> registry.lease(all.get(1), "service"), "deleted by ana");

    clock.advance(DAY.multipliedBy(2).minusSeconds(1));
    assertThat(registry.collect(BOB)).isEqualTo(new Collected(List.of(), List.of(), List.of(), 0));
    registry.restore(all.get(1), BOB);
    assertThat(registry.resolve("fraud")).isEqualTo(all.get(1));
    registry.assign(CHAMPION, all.get(1), BOB);
    assertRefused(() -> registry.restore(all.get(1), BOB), "fraud:2", "expected a deprecated one");
  }

  @Test
  void afterTheGracePeriodTheBytesGoAndTheNumberStays() throws Exception {
    registry = open(STRICT);
    List<ModelVersion> all = publish(1, 2);
    RegistryHead kept = registry.head();
    registry.delete(all.get(1), ANA);
    clock.advance(DAY.multipliedBy(2));
    assertThat(registry.collectable().removed()).containsExactly(all.get(1));
    assertThat(tested.hasBytes(all.get(1))).isTrue();
    Collected collected = registry.collect(BOB);
    assertThat(collected.removed()).containsExactly(all.get(1));
    assertThat(collected.bytes()).isPositive();
    assertThat(tested.hasBytes(all.get(1))).isFalse();
    assertThat(tested.hasBytes(all.get(0))).isTrue();

    assertThat(state(all.get(1))).isEqualTo(VersionState.REMOVED);
    assertThat(registry.card(all.get(1))).isEqualTo(card("fraud", 2));
    assertRefused(() -> registry.source(all.get(1)), "fraud:2", "removed by bob", "publish");
    assertRefused(() -> registry.restore(all.get(1), BOB), "removed by bob");
    assertThat(registry.verify(kept).breaks()).isEmpty();
    assertThat(publish(2).number()).as("the same content again").isEqualTo(3);
    assertThat(publish(2).number()).isEqualTo(3);
    assertThat(registry.collect(BOB).removed()).isEmpty();
  }

  @Test
  void onlyDeletedVersionsAreNoLatest() throws IOException {
    ModelVersion one = publish(1);
    registry.delete(one, ANA);
    assertRefused(() -> registry.resolve("fraud"), "only deleted versions");
    assertThat(registry.versions("fraud")).isEmpty();
  }

  @Test
  void aLeasedVersionIsNotDeletedUntilTheLeaseIsOver() throws IOException {
    ModelVersion one = publish(1);
    publish(2);
    Lease lease = registry.lease(one, "delay-service on host 7");
    ModelRegistry other = open(STRICT);
    assertThat(lease.version()).isEqualTo(one);
    assertThat(lease.until()).isAfter(clock.instant());
    assertRefused(() -> other.delete(one, ANA), "leased by delay-service on host 7");
    lease.close();
    lease.close();
    other.delete(one, ANA);
  }

  @Test
  void aLeaseIsRenewedWhileItsHolderLivesAndEndsByItselfWhenNot() throws Exception {
    ModelVersion one = publish(1);
    Lease lease = registry.lease(one, "service");
    clock.advance(Duration.ofMinutes(9));
    while (!lease.until().isAfter(clock.instant().plus(Duration.ofMinutes(5)))) {
      Thread.onSpinWait(); // the registry looks every few milliseconds
    }
    ModelRegistry other = open(STRICT);
    tested.takeAway();
    registry.close(); // and cannot take its lease back: as if it were killed
    tested.bringBack();
    clock.advance(Duration.ofMinutes(9));
    assertRefused(() -> other.delete(one, ANA), "leased by service");
    clock.advance(DAY);
    other.delete(one, ANA);
  }

  @Test
  void aLeaseOfAProcessWhoseClockIsHalfAnHourBehindCounts() throws IOException {
    ModelVersion one = publish(1);
    RegistryClock slow = new RegistryClock();
    slow.advance(Duration.ofMinutes(-30));
    Lease lease =
        open("store", options().toBuilder().clock(slow).build()).lease(one, "slow service");
    assertThat(lease.until()).isBefore(clock.instant());
    assertRefused(() -> registry.delete(one, ANA), "leased by slow service", "by its clock");
    assertRefused(() -> registry.retire("fraud", ANA), "leased by slow service");
    clock.advance(Duration.ofMinutes(39)); // until + 1 hour is in a minute
    assertRefused(() -> registry.delete(one, ANA), "leased by slow service");
    clock.advance(Duration.ofMinutes(1));
    registry.delete(one, ANA);
  }

  @Test
  void aVersionThatIsNamedWhileItIsDeletedStays() throws Exception {
    Retention none = Retention.withDefaults().withFloor(Duration.ZERO).withGrace(Duration.ZERO);
    ModelVersion one = publish(1);
    ModelRegistry other = open(none);
    int rounds = 20;
    for (int round = 0; round < rounds; round++) {
      ModelVersion version = publish(100 + round);
      String alias = "fraud@a" + round;
      race(() -> registry.assign(alias, version, ANA), () -> other.delete(version, BOB));
      boolean named = registry.head(alias).isPresent();
      // What was recorded is decided now; the bytes of a named version survive the collection.
      if (named) {
        clock.advance(DAY);
        other.collect(BOB);
        assertThat(registry.resolve(alias)).isEqualTo(version);
        assertThat(registry.source(version).digest()).isEqualTo(version.digest());
        assertThat(state(version)).isEqualTo(VersionState.ACTIVE);
      }
    }
    assertThat(registry.source(one).digest()).isEqualTo(one.digest());
    assertThat(registry.verify().breaks()).isEmpty();
  }

  private static void race(Callable<?> one, Callable<?> two) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      CyclicBarrier together = new CyclicBarrier(2);
      List<Future<?>> both = new ArrayList<>();
      for (Callable<?> each : List.of(one, two)) {
        both.add(
            threads.submit(
                () -> {
                  together.await();
                  try {
                    return each.call();
                  } catch (IntegrityException e) {
                    throw e;
                  } catch (RegistryException lost) {
                    return lost;
                  }
                }));
      }
      for (Future<?> each : both) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void nothingIsCollectedThatNobodyDeletedUnlessTheRetentionSaysSo() throws IOException {
    publish(1, 5);
    clock.advance(DAY.multipliedBy(1000));
    assertThat(registry.collect(ANA).deleted()).isEmpty();
    assertThat(registry.versions("fraud")).hasSize(5);
  }

  @Test
  void theRetentionKeepsTheNewestTheNamedTheYoungAndTheLeased() throws Exception {
    registry = open(STRICT.withNewest(2));
    List<ModelVersion> all = publish(1, 5);
    registry.assign(CHAMPION, all.get(0), ANA);
    registry.assign(CHAMPION, all.get(1), ANA);
    registry.assign(CHAMPION, all.get(0), ANA); // 2 is named until now
    clock.advance(DAY.multipliedBy(29));
    assertThat(registry.collect(BOB).deleted()).as("all are young").isEmpty();
    clock.advance(DAY.multipliedBy(2));
    try (Lease lease = registry.lease(all.get(1), "service")) {
      assertThat(registry.collectable().deleted()).containsExactly(all.get(2));
      assertThat(registry.collect(BOB).deleted()).containsExactly(all.get(2));
      assertThat(lease.version()).isEqualTo(all.get(1));
    }
    assertThat(registry.collect(BOB).deleted()).containsExactly(all.get(1));
    clock.advance(DAY.multipliedBy(2));
    assertThat(registry.collect(BOB).removed()).containsExactly(all.get(1), all.get(2));
    assertThat(registry.versions("fraud")).containsExactly(all.get(0), all.get(3), all.get(4));
    assertThat(registry.changes("fraud"))
        .extracting(VersionRecord::state)
        .containsExactly(VersionState.DELETED, VersionState.DELETED, VersionState.REMOVED);
    assertThat(registry.verify().breaks()).isEmpty();
  }
}
