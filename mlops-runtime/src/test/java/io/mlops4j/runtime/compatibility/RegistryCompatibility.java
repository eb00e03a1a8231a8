package io.mlops4j.runtime.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasListener;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Progress;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.registry.VersionState;
import io.mlops4j.registry.VersionStatus;
import io.mlops4j.registry.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Versions, aliases, times and watches: what every registry must do. */
public abstract class RegistryCompatibility extends RegistrySuite {
  @Test
  void theSameBytesWithTheSameCardAreTheSameVersion() throws IOException {
    ModelVersion one = publish(1);
    ModelVersion two = publish(2);
    assertThat(publish(1)).isEqualTo(one);
    assertThat(two.number()).isEqualTo(2);
    assertThat(two.digest()).isEqualTo(one.digest());
    assertThat(registry.publish(card("fraud", 1), model("mlp4_wrong.onnx")).number()).isEqualTo(3);
    assertThat(registry.card(two)).isEqualTo(card("fraud", 2));
    assertThat(Digest.sha256(Objects.requireNonNull(registry.source(one).bytes())))
        .isEqualTo(one.digest());
  }

  @Test
  void theSameVersionIsFoundAmongMany() throws IOException {
    List<ModelVersion> all = publish(1, 20);
    ModelRegistry other = open(Retention.withDefaults());
    for (int id : new int[] {1, 7, 20}) {
      assertThat(other.publish(card("fraud", id), model("mlp4.onnx"))).isEqualTo(all.get(id - 1));
    }
    assertThat(other.versions("fraud")).isEqualTo(all);
  }

  @Test
  void modelsAndAliasesAreListed() throws IOException {
    assertThat(registry.models()).isEmpty();
    assertThat(registry.aliases("fraud")).isEmpty();
    ModelVersion version = publish(1);
    registry.publish(card("delay", 1), model("mlp4.onnx"));
    registry.assign("fraud@challenger", version, ANA);
    registry.assign(CHAMPION, version, ANA);
    assertThat(registry.models()).containsExactly("delay", "fraud");
    assertThat(registry.aliases("fraud")).containsExactly("challenger", "champion");
    assertThat(registry.aliases("delay")).isEmpty();
    assertThatThrownBy(() -> registry.aliases("../fraud"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void versionsComeInPages() throws IOException {
    publish(1, 7);
    assertThat(numbers(VersionRange.newest(3))).containsExactly(7, 6, 5);
    assertThat(numbers(VersionRange.newest(3).withNumbersBefore(5))).containsExactly(4, 3, 2);
    assertThat(numbers(VersionRange.newest(3).withNumbersBefore(2))).containsExactly(1);
    assertThat(numbers(VersionRange.newest(3).withNumbersBefore(1))).isEmpty();
    assertThat(numbers(VersionRange.newest(100).withNumbersAfter(5))).containsExactly(7, 6);
    assertThat(numbers(VersionRange.oldest(3))).containsExactly(1, 2, 3);
    assertThat(numbers(VersionRange.oldest(3).withNumbersAfter(5))).containsExactly(6, 7);
    assertThat(numbers(VersionRange.oldest(3).withNumbersAfter(1).withNumbersBefore(3)))
        .containsExactly(2);
    assertThat(numbers(VersionRange.oldest(3).withNumbersAfter(7))).isEmpty();
    assertThat(numbers(VersionRange.oldest(3).withNumbersAfter(Integer.MAX_VALUE))).isEmpty();
    assertThat(registry.versions("nothing", VersionRange.newest(3))).isEmpty();
  }

  private List<Integer> numbers(VersionRange range) {
    return registry.versions("fraud", range).stream()
        .map(status -> status.version().number())
        .toList();
  }

  @Test
  void aPageSaysWhenAVersionWasPublishedAndWhatBecameOfIt() throws IOException {
    ModelVersion one = publish(1);
    Instant published = clock.instant();
    clock.advance(Duration.ofHours(1));
    var record = registry.deprecate(one, ANA);
    VersionStatus status = registry.versions("fraud", VersionRange.newest(1)).get(0);
    assertThat(status)
        .isEqualTo(
            new VersionStatus(
                one, published, VersionState.DEPRECATED, java.util.Optional.of(record)))
        .isEqualTo(registry.status(one));
  }

  @Test
  void whatAnAliasNamedAtATimeIsOneCall() throws IOException {
    ModelVersion one = publish(1);
    ModelVersion two = publish(2);
    assertThat(registry.at(CHAMPION, Instant.MAX)).isEmpty();
    clock.set(Instant.parse("2001-05-02T12:00:00Z"));
    AliasRecord first = registry.assign(CHAMPION, one, ANA);
    clock.set(Instant.parse("2001-05-03T12:00:00Z"));
    AliasRecord second = registry.assign(CHAMPION, two, ANA);

    assertThat(registry.at(CHAMPION, Instant.parse("2001-05-02T11:59:59Z"))).isEmpty();
    assertThat(registry.at(CHAMPION, Instant.parse("2001-05-02T12:00:00Z"))).contains(first);
    assertThat(registry.at(CHAMPION, Instant.parse("2001-05-03T11:59:59Z"))).contains(first);
    assertThat(registry.at(CHAMPION, Instant.parse("2001-05-03T12:00:00Z"))).contains(second);
    assertThat(registry.at(CHAMPION, Instant.MAX)).contains(second);
    assertThat(registry.at(CHAMPION, Instant.MIN)).isEmpty();
  }

  @Test
  void anAliasBeginsOnce() throws IOException {
    ModelVersion one = publish(1);
    ModelVersion two = publish(2);

    AliasRecord first = registry.assignFirst(CHAMPION, one, ANA);

    assertThat(first.number()).isEqualTo(1);
    assertThat(first.from()).isNull();
    assertThatThrownBy(() -> registry.assignFirst(CHAMPION, two, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(CHAMPION + ": found record 1 (to fraud:1 by ana), expected none yet");
    assertThat(registry.history(CHAMPION)).containsExactly(first);
    assertThat(registry.assignFirst("fraud@other", two, ANA).to()).isEqualTo(two);
  }

  /** What a watch told, in order. */
  private static final class Told implements AliasListener {
    final BlockingQueue<AliasRecord> records = new LinkedBlockingQueue<>();
    final BlockingQueue<RuntimeException> troubles = new LinkedBlockingQueue<>();

    @Override
    public void onChange(AliasRecord now) {
      records.add(now);
    }

    @Override
    public void onTrouble(RuntimeException trouble) {
      troubles.add(trouble);
    }

    AliasRecord next() throws InterruptedException {
      return Objects.requireNonNull(records.poll(30, TimeUnit.SECONDS), "nothing was told");
    }
  }

  @Test
  void aWatchTellsWhatIsAndWhatComes() throws Exception {
    ModelVersion one = publish(1);
    AliasRecord first = registry.assign(CHAMPION, one, ANA);
    ModelRegistry other = open(Retention.withDefaults());
    Told told = new Told();
    try (Watch watch = other.watch(CHAMPION, told)) {
      assertThat(told.next()).isEqualTo(first);
      AliasRecord second = registry.assign(CHAMPION, one, BOB);
      assertThat(told.next()).isEqualTo(second);
      assertThat(watch).isNotNull();
    }
    registry.assign(CHAMPION, one, ANA);
    Told later = new Told();
    other.watch(CHAMPION, later);
    later.next();
    assertThat(told.records).isEmpty();
    assertThat(told.troubles).isEmpty();
  }

  @Test
  void aWatchBeginsBeforeItsAliasDoes() throws Exception {
    ModelVersion one = publish(1);
    Told told = new Told();
    registry.watch(CHAMPION, told);
    AliasRecord first = registry.assign(CHAMPION, one, ANA);
    assertThat(told.next()).isEqualTo(first);
    assertThatThrownBy(() -> registry.watch("fraud", told))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aWatchSurvivesAStoreThatIsAway() throws Exception {
    ModelVersion one = publish(1);
    registry.assign(CHAMPION, one, ANA);
    Told told = new Told();
    registry.watch(CHAMPION, told);
    told.next();
    tested.takeAway();
    assertThat(told.troubles.poll(30, TimeUnit.SECONDS)).isInstanceOf(RegistryException.class);
    tested.bringBack();
    AliasRecord next = registry.assign(CHAMPION, one, BOB);
    assertThat(told.next()).isEqualTo(next);
    assertThat(told.troubles).as("said once").isEmpty();
  }

  @Test
  void aListenerThatThrowsIsToldOfTheNext() throws Exception {
    ModelVersion one = publish(1);
    registry.assign(CHAMPION, one, ANA);
    BlockingQueue<Long> numbers = new LinkedBlockingQueue<>();
    registry.watch(
        CHAMPION,
        now -> {
          numbers.add(now.number());
          throw new IllegalStateException("not mine");
        });
    assertThat(numbers.poll(30, TimeUnit.SECONDS)).isEqualTo(1);
    registry.assign(CHAMPION, one, BOB);
    assertThat(numbers.poll(30, TimeUnit.SECONDS)).isEqualTo(2);
  }

  @Test
  void closingAWatchFromItsListenerEndsIt() throws Exception {
    ModelVersion one = publish(1);
    registry.assign(CHAMPION, one, ANA);
    AtomicReference<Watch> watch = new AtomicReference<>();
    BlockingQueue<Long> numbers = new LinkedBlockingQueue<>();
    Object started = new Object();
    synchronized (started) {
      watch.set(
          registry.watch(
              CHAMPION,
              now -> {
                synchronized (started) {
                  watch.get().close();
                }
                numbers.add(now.number());
              }));
    }
    assertThat(numbers.poll(30, TimeUnit.SECONDS)).isEqualTo(1);
    registry.assign(CHAMPION, one, BOB);
    Told other = new Told();
    registry.watch(CHAMPION, other);
    assertThat(other.next().number()).isEqualTo(2);
    assertThat(numbers).isEmpty();
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("mlops4j-registry-"))
        .collect(Collectors.toSet());
  }

  @Test
  void aRegistryHasNoThreadUntilItWatchesAndNoneAfterItIsClosed() throws Exception {
    Set<Thread> before = threads();
    ModelRegistry other = open(Retention.withDefaults());
    other.publish(card("fraud", 1), model("mlp4.onnx"));
    assertThat(threads()).isEqualTo(before);
    other.watch(CHAMPION, new Told());
    assertThat(threads()).hasSize(before.size() + 1).allMatch(Thread::isDaemon);
    other.close();
    assertThat(threads()).isEqualTo(before);
    assertThatThrownBy(() -> other.watch(CHAMPION, new Told()))
        .isInstanceOf(IllegalStateException.class);
  }

  private Path folderOfTwo() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("two"));
    Files.copy(model("mlp4.onnx"), folder.resolve("model.onnx"));
    Files.write(folder.resolve("weights.bin"), new byte[9 << 20]);
    return folder;
  }

  @Test
  void progressIsToldUpToTheEnd() throws IOException {
    Path folder = folderOfTwo();
    long bytes = Files.size(folder.resolve("model.onnx")) + (9 << 20);
    List<Progress> told = new ArrayList<>();
    registry.publish(
        card("fraud", 1), folder, PublishOptions.builder().listener(told::add).build());

    assertThat(told).hasSizeGreaterThan(3);
    assertThat(told).allMatch(now -> now.total() == 2 && now.totalBytes() == bytes);
    assertThat(told).isSortedAccordingTo(java.util.Comparator.comparingLong(Progress::bytes));
    assertThat(told.get(told.size() - 1))
        .isEqualTo(new Progress("weights.bin", 2, 2, bytes, bytes));
  }

  @Test
  void aListenerThatThrowsEndsThePublishAndNothingIsLeft() throws IOException {
    Path folder = folderOfTwo();
    CancellationException enough = new CancellationException("enough");
    assertThatThrownBy(
            () ->
                registry.publish(
                    card("fraud", 1),
                    folder,
                    PublishOptions.builder()
                        .listener(
                            now -> {
                              if (now.bytes() > 5 << 20) {
                                throw enough;
                              }
                            })
                        .build()))
        .isSameAs(enough);
    assertThat(registry.versions("fraud")).isEmpty();
    assertThat(registry.publish(card("fraud", 1), folder).number()).isEqualTo(1);
    assertThat(registry.verify().isIntact()).isTrue();
  }

  @Test
  void anInterruptEndsThePublishAndNothingIsLeft() throws IOException {
    Path folder = folderOfTwo();
    try {
      assertThatThrownBy(
              () ->
                  registry.publish(
                      card("fraud", 1),
                      folder,
                      PublishOptions.builder()
                          .listener(now -> Thread.currentThread().interrupt())
                          .build()))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("interrupted")
          .hasMessageContaining("nothing was stored, publish again");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      assertThat(registry.versions("fraud")).as("read while interrupted").isEmpty();
    } finally {
      Thread.interrupted();
    }
    assertThat(registry.publish(card("fraud", 1), folder).number()).isEqualTo(1);
  }
}
