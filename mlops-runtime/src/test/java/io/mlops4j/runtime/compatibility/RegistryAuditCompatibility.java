package io.mlops4j.runtime.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasListener;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.Lease;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Origin;
import io.mlops4j.registry.Publication;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VerifyOptions;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.runtime.card.CardPage;
import io.mlops4j.runtime.exchange.ModelArchive;
import io.mlops4j.runtime.registry.RegistryCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The chains say what happened whatever clocks say, and aliases and models can go. */
public abstract class RegistryAuditCompatibility extends RegistrySuite {
  private static final Instant START = Instant.parse("2001-05-01T00:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  private static Instant day(int days) {
    return START.plus(DAY.multipliedBy(days));
  }

  /** Another process, whose clock is wrong. */
  private ModelRegistry withClock(Instant instant) {
    RegistryClock wrong = new RegistryClock();
    wrong.set(instant);
    return open("store", options().toBuilder().clock(wrong).build());
  }

  private void assertRefused(Runnable use, String... says) {
    assertThatThrownBy(use::run)
        .isExactlyInstanceOf(RegistryException.class)
        .hasMessageContainingAll(says);
  }

  @Test
  void aSlowClockDoesNotFalsifyWhatAnAliasNamed() throws IOException {
    List<ModelVersion> all = publish(1, 3);
    registry.assign(CHAMPION, all.get(0), ANA);
    clock.set(day(10));
    registry.assign(CHAMPION, all.get(1), ANA);
    AliasRecord slow = withClock(day(-90)).assign(CHAMPION, all.get(2), BOB);
    assertThat(slow.at()).isEqualTo(day(10));
    assertThat(slow.clock()).isEqualTo(day(-90));
    clock.set(day(20));
    AliasRecord last = registry.assign(CHAMPION, all.get(0), ANA);

    ModelRegistry reader = open(Retention.withDefaults());
    assertThat(reader.history(CHAMPION)).contains(slow, last);
    assertThat(reader.at(CHAMPION, day(-50))).isEmpty();
    assertThat(reader.at(CHAMPION, day(5)).orElseThrow().number()).isEqualTo(1);
    assertThat(reader.at(CHAMPION, day(10).minusNanos(1)).orElseThrow().number()).isEqualTo(1);
    for (Instant unknown : List.of(day(10), day(15), day(20).minusNanos(1))) {
      assertThatThrownBy(() -> reader.at(CHAMPION, unknown))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("record 3 by bob, whose clock was behind at " + day(-90))
          .hasMessageContaining("between %s and %s".formatted(day(10), day(20)));
    }
    assertThat(reader.at(CHAMPION, day(20))).contains(last);
    assertThat(last.clock()).isEqualTo(last.at()).isEqualTo(day(20));
  }

  @Test
  void aFirstRecordIsNotEarlierThanItsVersion() throws IOException {
    ModelVersion one = publish(1);
    ModelRegistry slow = withClock(day(-100));
    assertThat(slow.assign(CHAMPION, one, BOB).at()).isEqualTo(START);
    assertThat(slow.deprecate(one, BOB).at()).isEqualTo(START);
    assertThat(slow.restore(one, BOB).clock()).isEqualTo(day(-100));
    ModelVersion two = slow.publish(card("fraud", 2), model("mlp4.onnx"));
    assertThat(slow.status(two).published()).isEqualTo(START);
    assertThat(registry.at(CHAMPION, day(-1))).isEmpty();
    clock.set(day(3));
    assertThatThrownBy(() -> registry.at(CHAMPION, day(2)))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("between %s and %s".formatted(START, day(3)));
    assertThat(registry.at(CHAMPION, day(3)).orElseThrow().to()).isEqualTo(one);
  }

  private static List<String> jumps(Verification found) {
    return found.jumps().stream()
        .map(jump -> jump.chain() + " " + jump.number() + " " + jump.by().toHours())
        .toList();
  }

  @Test
  void verifyReportsClocksThatJumped() throws IOException {
    ModelVersion one = publish(1);
    registry.assign(CHAMPION, one, ANA);
    ModelRegistry slow = withClock(day(-100));
    slow.assign(CHAMPION, one, BOB);
    slow.deprecate(one, BOB);
    slow.restore(one, BOB);
    slow.publish(card("fraud", 2), model("mlp4.onnx"));
    Verification found = registry.verify();
    assertThat(found.breaks()).isEmpty();
    assertThat(jumps(found))
        .containsExactly(
            "versions fraud 2 -2400", "changes fraud 2 -2400", "alias fraud@champion 2 -2400");
    assertThat(found.jumps().get(2).clock()).isEqualTo(day(-100));
    assertThat(found.jumps().get(2).problem())
        .contains("found the clock reading 2001-01-21T00:00:00Z", "100 days earlier", "was ahead");
    assertThat(
            registry.verify(VerifyOptions.builder().clockTolerance(DAY.multipliedBy(100)).build()))
        .matches(each -> each.jumps().isEmpty());
    Verification bounded = registry.verify(VerifyOptions.builder().atMostBreaks(1).build());
    assertThat(bounded.jumps()).hasSize(1);
    assertThat(bounded.moreJumps()).isEqualTo(2);
  }

  @Test
  void aFastClockPushesWhatFollowsAndIsReported() throws IOException {
    ModelVersion one = publish(1);
    registry.assign(CHAMPION, one, ANA);
    AliasRecord fast = withClock(day(100)).assign(CHAMPION, one, BOB);
    clock.set(day(1));
    AliasRecord pushed = registry.assign(CHAMPION, one, ANA);
    assertThat(pushed.at()).isEqualTo(fast.at()).isEqualTo(day(100));
    assertThat(pushed.clock()).isEqualTo(day(1));
    assertThat(registry.at(CHAMPION, day(99)).orElseThrow().number()).isEqualTo(1);
    assertThat(registry.at(CHAMPION, day(100))).contains(pushed);
    Verification found = registry.verify();
    assertThat(jumps(found))
        .containsExactly("alias fraud@champion 2 2376", "alias fraud@champion 3 -2376");
    assertThat(found.jumps().get(0).problem()).contains("99 days ahead of the clock here");
  }

  @Test
  void anAliasIsRemovedByARecord() throws IOException {
    List<ModelVersion> all = publish(1, 2);
    AliasRecord first = registry.assign(CHAMPION, all.get(0), ANA);
    clock.set(day(1));
    AliasRecord removal = registry.unassign(CHAMPION, Change.by("eve").because("no use"));
    assertThat(removal.isRemoval()).isTrue();
    assertThat(removal.number()).isEqualTo(2);
    assertThat(removal.from()).isEqualTo(all.get(0));
    assertThat(removal.to()).isNull();
    assertThat(registry.unassign(CHAMPION, BOB)).as("removed again").isEqualTo(removal);
    for (ModelRegistry each : List.of(registry, open(Retention.withDefaults()))) {
      assertThat(each.aliases("fraud")).isEmpty();
      assertThat(each.head(CHAMPION)).contains(removal);
      assertThat(each.history(CHAMPION)).containsExactly(first, removal);
      assertThat(each.at(CHAMPION, day(0))).contains(first);
      assertThat(each.at(CHAMPION, day(1))).contains(removal);
      assertRefused(
          () -> each.resolve(CHAMPION), CHAMPION, "removed by eve", "(no use)", "assign it again");
      assertThat(each.verify().breaks()).isEmpty();
    }
    clock.set(day(2));
    AliasRecord again = registry.assign(CHAMPION, all.get(1), ANA);
    assertThat(again.number()).isEqualTo(3);
    assertThat(again.from()).isNull();
    assertThat(registry.resolve(CHAMPION)).isEqualTo(all.get(1));
    assertThat(registry.aliases("fraud")).containsExactly("champion");
    assertThat(registry.verify().breaks()).isEmpty();
  }

  @Test
  void aRemovalIsComparedAndSet() throws IOException {
    ModelVersion one = publish(1);
    assertRefused(() -> registry.unassign(CHAMPION, ANA), CHAMPION, "no such alias");
    AliasRecord first = registry.assign(CHAMPION, one, ANA);
    AliasRecord second = registry.assign(CHAMPION, one, BOB);
    assertRefused(
        () -> registry.unassign(CHAMPION, ANA, first),
        "found record 2 (to fraud:1 by bob)",
        "expected record 1 (to fraud:1) to be the newest",
        "nothing was changed");
    AliasRecord removal = registry.unassign(CHAMPION, ANA, second);
    assertRefused(() -> registry.unassign(CHAMPION, ANA, second), "found record 3 (removed by");
    assertRefused(() -> registry.assign(CHAMPION, one, ANA, second), "record 3 (removed by ana");
    assertRefused(() -> registry.assignFirst(CHAMPION, one, ANA), "record 3 (removed by ana");
    assertThatThrownBy(() -> registry.unassign(CHAMPION, ANA, removal))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(registry.history(CHAMPION)).hasSize(3);
    assertThat(registry.assign(CHAMPION, one, ANA, removal).number()).isEqualTo(4);
  }

  @Test
  void aVersionIsKeptForTheFloorAfterItsAliasWasRemoved() throws IOException {
    List<ModelVersion> all = publish(1, 2);
    registry.assign(CHAMPION, all.get(0), ANA);
    registry.unassign(CHAMPION, ANA);
    assertRefused(() -> registry.delete(all.get(0), ANA), "fraud@champion named it until");
    clock.set(day(91));
    assertThat(registry.delete(all.get(0), ANA).state()).isEqualTo(VersionState.DELETED);
  }

  @Test
  void aWatchTellsOfARemoval() throws Exception {
    ModelVersion one = publish(1);
    registry.assign(CHAMPION, one, ANA);
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    ModelRegistry other = open(Retention.withDefaults());
    other.watch(
        CHAMPION,
        new AliasListener() {
          @Override
          public void onChange(AliasRecord now) {
            told.add("change " + now.number());
          }

          @Override
          public void onRemoval(AliasRecord removal) {
            told.add("removal " + removal.number());
          }
        });
    assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo("change 1");
    registry.unassign(CHAMPION, ANA);
    assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo("removal 2");
    registry.assign(CHAMPION, one, ANA);
    assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo("change 3");
  }

  @Test
  void aModelIsRetiredAndReinstatedByRecords() throws IOException {
    List<ModelVersion> all = publish(1, 2);
    registry.deprecate(all.get(1), ANA);
    VersionRecord retired = registry.retire("fraud", Change.by("eve").because("replaced"));
    assertThat(retired.number()).isEqualTo(2);
    assertThat(retired.state()).isEqualTo(VersionState.RETIRED);
    assertThat(retired.versions()).isEmpty();
    assertThat(registry.retire("fraud", BOB)).as("retired again").isEqualTo(retired);
    for (ModelRegistry each : List.of(registry, open(Retention.withDefaults()))) {
      assertThat(each.retirement("fraud")).contains(retired);
      assertThat(each.models()).containsExactly("fraud");
      assertThat(each.versions("fraud")).isEqualTo(all);
      assertThat(each.status(all.get(0)).state()).isEqualTo(VersionState.ACTIVE);
      assertThat(each.resolve("fraud:1")).isEqualTo(all.get(0));
      assertThat(each.source(all.get(0)).digest()).isEqualTo(all.get(0).digest());
      assertRefused(() -> each.resolve("fraud"), "retired by eve", "(replaced)", "reinstate it");
      assertRefused(() -> each.assign(CHAMPION, all.get(0), ANA), "retired by eve");
      assertRefused(() -> each.lease(all.get(0), "service"), "retired by eve");
      assertThat(each.verify().breaks()).isEmpty();
    }
    assertRefused(
        () -> {
          try {
            publish(3);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        },
        "retired by eve");
    assertThat(publish(1)).as("nothing new").isEqualTo(all.get(0));
    VersionRecord back = registry.reinstate("fraud", ANA);
    assertThat(back.number()).isEqualTo(3);
    assertThat(registry.retirement("fraud")).isEmpty();
    assertThat(registry.resolve("fraud")).isEqualTo(all.get(0));
    assertThat(registry.status(all.get(1)).state()).isEqualTo(VersionState.DEPRECATED);
    assertThat(publish(3).number()).isEqualTo(3);
    assertThat(registry.changes("fraud")).hasSize(3);
    assertRefused(() -> registry.reinstate("fraud", ANA), "expected a retired one");
    assertRefused(() -> registry.retire("nothing", ANA), "no such model");
  }

  @Test
  void aModelInUseIsNotRetired() throws IOException {
    List<ModelVersion> all = publish(1, 2);
    registry.assign(CHAMPION, all.get(1), ANA);
    Lease lease = registry.lease(all.get(0), "service");
    assertRefused(
        () -> registry.retire("fraud", ANA),
        "fraud@champion names fraud:2",
        "fraud:1 is leased by service",
        "nothing was changed",
        "unassign");
    registry.unassign(CHAMPION, ANA);
    assertRefused(() -> registry.retire("fraud", ANA), "fraud:1 is leased by service");
    lease.close();
    assertRefused(() -> registry.retire("fraud", ANA, 1), "found no record", "expected record 1");
    assertThat(registry.changes("fraud")).isEmpty();
    assertThat(registry.retire("fraud", ANA, 0).number()).isEqualTo(1);
    assertRefused(() -> registry.retire("fraud", ANA, 0), "record 1 (retired by ana");
  }

  @Test
  void aDigestMeansAVersion() throws IOException {
    List<ModelVersion> all = publish(1, 3);
    String digest = all.get(0).digest().toString();
    ModelVersion wrong = registry.publish(card("fraud", 4), model("mlp4_wrong.onnx"));
    assertThat(registry.resolve(digest)).isEqualTo(all.get(2));
    assertThat(registry.resolve(wrong.digest().toString())).isEqualTo(wrong);
    registry.deprecate(all.get(2), ANA);
    assertThat(registry.resolve(digest)).as("not deprecated").isEqualTo(all.get(1));
    ModelVersion other = registry.publish(card("delay", 1), model("mlp4.onnx"));
    assertRefused(
        () -> registry.resolve(digest), digest, "several models", "delay:1", "fraud:2", "number");
    registry.delete(other, ANA);
    assertThat(registry.resolve(digest)).as("not deleted").isEqualTo(all.get(1));
    assertRefused(() -> registry.resolve("sha256:" + "0".repeat(64)), "no version with this");
    assertThatThrownBy(() -> registry.resolve("sha256:12ab"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("12ab", "64 lower-case hex");
  }

  @Test
  void aVersionSaysWhoPublishedIt() throws IOException {
    PublishOptions by = PublishOptions.builder().by(ANA).build();
    ModelVersion one = registry.publish(card("fraud", 1), model("mlp4.onnx"), by);
    RegistryHead kept = registry.head();
    assertThat(
            registry.publish(card("fraud", 1), model("mlp4.onnx"), by.toBuilder().by(BOB).build()))
        .isEqualTo(one);
    ModelVersion two = publish(2);
    for (ModelRegistry each : List.of(registry, open(Retention.withDefaults()))) {
      Publication first = each.publication(one);
      assertThat(first.by()).as("the first publisher").contains(ANA);
      assertThat(first.process().orElseThrow())
          .contains(Long.toString(ProcessHandle.current().pid()));
      assertThat(first.registry()).contains(registry.location().toString());
      assertThat(first.at()).isEqualTo(START);
      assertThat(first.origin()).isEmpty();
      assertThat(each.publication(two).by()).isEmpty();
      assertThat(each.publication(two).process()).isPresent();
    }
    assertThat(registry.verify(kept).breaks()).isEmpty();
  }

  @Test
  void anImportedVersionKeepsItsOrigin() throws IOException {
    PublishOptions by = PublishOptions.builder().by(ANA).build();
    publish(7);
    ModelVersion two = registry.publish(card("fraud", 1), model("mlp4.onnx"), by);
    registry.assign(CHAMPION, two, BOB);
    clock.set(day(1));
    registry.unassign(CHAMPION, ANA);
    registry.assign("fraud@next", two, ANA);
    Path file = temp.resolve("two.zip");
    ModelArchive.write(registry, two, file);
    ModelRegistry other = open("other", options());
    ModelVersion there = ModelArchive.read(file).into(other, by.toBuilder().by(BOB).build());

    Publication publication = other.publication(there);
    assertThat(publication.by()).contains(BOB);
    assertThat(publication.origin())
        .contains(
            new Origin(
                registry.location().toString(),
                Optional.of(two),
                Optional.of(START),
                Optional.of(ANA),
                List.of(
                    new Origin.Naming("champion", START, Optional.of(day(1)), BOB),
                    new Origin.Naming("next", day(1), Optional.empty(), ANA))));
    assertThat(CardPage.of(other, there).markdown())
        .contains("Imported from", "fraud:2", "champion from 2001-05-01T00:00:00Z until 2001");
    ModelRegistry copy = open("copy", options());
    RegistryCopy.of(other, copy).run();
    assertThat(copy.publication(there))
        .as("with the registry that it came from")
        .isEqualTo(publication);
  }

  @Test
  void removalsAndRetirementsAreCopiedAndProven() throws IOException {
    ModelVersion one = publish(1);
    registry.assign(CHAMPION, one, ANA);
    registry.unassign(CHAMPION, ANA);
    registry.retire("fraud", ANA);
    RegistryHead kept = registry.head();
    ModelRegistry copy = open("copy", options());
    RegistryCopy.of(registry, copy).run();
    assertThat(copy.head()).isEqualTo(kept);
    assertThat(copy.verify(kept).breaks()).isEmpty();
    assertThat(copy.retirement("fraud")).isPresent();
    assertThat(copy.aliases("fraud")).isEmpty();
    registry.reinstate("fraud", ANA);
    registry.assign(CHAMPION, one, ANA);
    assertThat(registry.verify(kept).breaks()).isEmpty();
  }
}
