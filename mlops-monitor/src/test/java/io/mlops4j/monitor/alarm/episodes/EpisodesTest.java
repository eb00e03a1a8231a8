package io.mlops4j.monitor.alarm.episodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.Events;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Episode;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.EffectMeasure;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.monitor.state.StateReader;
import io.mlops4j.monitor.state.StateWriter;
import io.mlops4j.monitor.watch.drift.DriftFinding;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EpisodesTest {
  private static final ServedBy V1 = Events.version(1);
  private static final ServedBy V2 = Events.version(2);
  private static final int ROWS = 5_000;

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(14);
  private final Profile reference = rows(0, 0);
  private final Episodes episodes = new Episodes();
  private Instant now = Instant.parse("2001-02-01T00:00:00Z");

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** Normal rows, shifted by so many standard deviations, with a share of missing values. */
  private Profile rows(double shift, double missing) {
    Float8Vector x = new Float8Vector("x", allocator);
    x.allocateNew(ROWS);
    for (int row = 0; row < ROWS; row++) {
      x.setSafe(row, random.nextGaussian() + shift);
      if (random.nextDouble() < missing) {
        x.setNull(row);
      }
    }
    x.setValueCount(ROWS);
    try (VectorSchemaRoot root = VectorSchemaRoot.of(x)) {
      List<FeatureBatch> batches = List.of(FeatureBatch.of(root));
      return reference == null ? Profile.of(batches) : reference.profile(batches);
    }
  }

  private List<Episode> window(ServedBy servedBy, double shift, double missing) {
    now = now.plus(Duration.ofHours(1));
    return episodes.judged(
        judged(DriftReport.compare(reference, rows(shift, missing)), servedBy), now);
  }

  private static Judged judged(DriftReport report, ServedBy servedBy) {
    Set<Subject> judged = new HashSet<>();
    List<Finding> found =
        DriftFinding.of(report, servedBy, judged).values().stream()
            .map(one -> one.finding(servedBy))
            .toList();
    return new Judged(servedBy, judged, found);
  }

  private static final Evidence BAD = new Evidence("roc_auc", 0.6, 0.7, "low");

  private Optional<Episode> performance(ServedBy version, @Nullable Evidence bad) {
    Subject subject = new Subject(Alarm.Kind.PERFORMANCE, "roc_auc", version);
    List<Finding> found =
        bad == null ? List.of() : List.of(new Finding(subject, "below", 1.5, bad));
    return episodes.judged(new Judged(version, Set.of(subject), found), now).stream().findFirst();
  }

  private static Judged smallOf(String column) {
    Subject subject = new Subject(Alarm.Kind.DRIFT, column, null);
    Finding finding = new Finding(subject, "psi", 1.5, new Evidence(column, 1.5, 1, "small"), true);
    return new Judged(V1, Set.of(subject), List.of(finding));
  }

  private List<Episode> small(String column) {
    return episodes.judged(smallOf(column), now);
  }

  /** In deviations of a constant reference, every distance is infinite. */
  @Test
  void aConstantColumnThatMovesIsAnnouncedOnce() {
    Profile constant = filled(7, null);
    DriftPolicy policy =
        DriftPolicy.withDefaults()
            .withFeature("x", FeaturePolicy.withDefaults().with(EffectMeasure.WASSERSTEIN));
    List<Integer> announced = new ArrayList<>();
    for (int window = 0; window < 4; window++) {
      Judged judged = judged(DriftReport.compare(constant, filled(8, constant), policy), V1);
      assertThat(judged.found()).extracting(Finding::relative).contains(Double.POSITIVE_INFINITY);
      announced.add(episodes.judged(judged, now).size());
    }
    assertThat(announced).containsExactly(1, 0, 0, 0);
  }

  private Profile filled(double value, @Nullable Profile bins) {
    double[] x = new double[ROWS];
    Arrays.fill(x, value);
    try (FeatureBatch batch = FeatureBatch.builder(allocator).doubles("x", x).build()) {
      return bins == null ? Profile.of(List.of(batch)) : bins.profile(List.of(batch));
    }
  }

  private List<Episode> window(double shift) {
    return window(V1, shift, 0);
  }

  @Test
  void aShiftIsAnnouncedOnceAndItsWindowsAreCounted() {
    assertThat(window(0)).isEmpty();
    assertThat(episodes.all()).isEmpty();
    Instant before = now;
    List<Episode> begun = window(0.5);
    assertThat(begun).hasSize(1);
    assertThat(window(V2, 0.5, 0)).isEmpty();
    assertThat(window(V2, 0.6, 0)).isEmpty();
    Episode episode = episodes.all().get(0);
    assertThat(episodes.all()).hasSize(1);
    assertThat(episode.id()).isEqualTo("drift-1");
    assertThat(episode.subject()).isEqualTo("x");
    assertThat(episode.servedBy()).isEqualTo(V1);
    assertThat(episode.status()).isEqualTo(Episode.Status.OPEN);
    assertThat(episode.opened()).isEqualTo(before.plus(Duration.ofHours(1)));
    assertThat(episode.updated()).isEqualTo(before.plus(Duration.ofHours(3)));
    assertThat(episode.found()).isEqualTo(3);
    assertThat(episode.first()).isEqualTo(begun.get(0).first());
    assertThat(episode.worst().measured()).isBetween(0.55, 0.65);
    assertThat(episode.newest()).isEqualTo(episode.worst());
  }

  @Test
  void aShiftThatDoublesIsAnnouncedAgain() {
    assertThat(window(0.4)).hasSize(1);
    assertThat(window(0.7)).isEmpty();
    assertThat(window(0.9)).extracting(Episode::id).containsExactly("drift-1");
    assertThat(window(1.7)).isEmpty(); // not twice the effect that was announced last
    assertThat(window(2)).hasSize(1);
    assertThat(window(0.5)).isEmpty();
    assertThat(episodes.all().get(0).worst().measured()).isBetween(1.9, 2.1);
    assertThat(episodes.all().get(0).newest().measured()).isBetween(0.4, 0.6);
  }

  @Test
  void anotherChangeInTheSameColumnIsAnnouncedOnce() {
    assertThat(window(0.5)).hasSize(1);
    List<Episode> missing = window(V1, 0, 0.3);
    assertThat(missing).extracting(Episode::id).containsExactly("drift-1");
    assertThat(missing.get(0).newest().text()).contains("missing");
    assertThat(window(0.5)).isEmpty();
    assertThat(window(V1, 0, 0.3)).isEmpty();
  }

  @Test
  void anEpisodeClosesAfterTwoWindowsThatDoNotFindIt() {
    window(0.5);
    window(0);
    window(0.5); // one window without it does not close it
    window(0);
    assertThat(episodes.all().get(0).status()).isEqualTo(Episode.Status.OPEN);
    window(0);
    Episode closed = episodes.all().get(0);
    assertThat(closed.status()).isEqualTo(Episode.Status.CLOSED);
    assertThat(closed.updated()).isEqualTo(now);
    assertThat(closed.found()).isEqualTo(2);
    assertThat(window(0.5)).extracting(Episode::id).containsExactly("drift-2");
    assertThat(episodes.all()).extracting(Episode::id).containsExactly("drift-2", "drift-1");
  }

  /** The bound is 0.1, so a shift of 0.15 deviations is small. */
  @Test
  void aSmallDriftBeginsAnEpisodeInItsSecondWindow() {
    assertThat(window(0.15)).isEmpty();
    assertThat(window(0)).isEmpty();
    assertThat(episodes.all()).isEmpty();
    assertThat(window(0.15)).hasSize(1);
    assertThat(window(0.15)).isEmpty();
    assertThat(episodes.all().get(0).opened()).isEqualTo(now.minus(Duration.ofHours(1)));
  }

  @Test
  void aSmallDriftIsForgottenAfterTwoWindowsWithoutIt() {
    assertThat(window(0.15)).isEmpty();
    window(0);
    window(0);
    assertThat(window(0.15)).isEmpty();
    assertThat(window(0.5)).hasSize(1);
  }

  /** Both versions have the same traffic, and perhaps the same unusual day. */
  @Test
  void theWindowOfAnotherVersionDoesNotConfirmASmallDrift() {
    assertThat(window(V1, 0.15, 0)).isEmpty();
    assertThat(window(V2, 0.15, 0)).isEmpty();
    episodes.windowEnded(V1, Set.of(), Set.of(V1), now); // V2 left
    assertThat(window(V2, 0.15, 0)).isEmpty();
    assertThat(window(V1, 0.15, 0)).hasSize(1);
    assertThat(window(V2, 0.15, 0)).isEmpty();
  }

  @Test
  void acceptedRowsConfirmNoSmallDrift() {
    assertThat(window(0.15)).isEmpty();
    episodes.accept(now);
    assertThat(window(0.15)).isEmpty();
  }

  @Test
  void anAcknowledgedEpisodeMayGetWorseButNotChangeInAnotherWay() {
    window(0.4);
    assertThat(episodes.acknowledge("drift-1", "maria")).isTrue();
    assertThat(window(2)).isEmpty();
    assertThat(window(V1, 0, 0.3)).hasSize(1);
    window(0);
    window(0);
    assertThat(episodes.all().get(0).acknowledgedBy()).contains("maria");
    assertThat(episodes.acknowledge("drift-1", "maria")).isFalse();
  }

  @Test
  void whatIsAcceptedEndsAndBeginsAnew() {
    window(0.5);
    episodes.accept(now);
    assertThat(episodes.all()).extracting(Episode::status).containsExactly(Episode.Status.ACCEPTED);
    assertThat(window(0.5)).extracting(Episode::id).containsExactly("drift-2");
  }

  @Test
  void performanceBelongsToAVersion() {
    assertThat(performance(V1, BAD)).isPresent();
    assertThat(performance(V1, BAD)).isEmpty();
    assertThat(performance(V2, BAD))
        .hasValueSatisfying(
            other -> {
              assertThat(other.kind()).isEqualTo(Alarm.Kind.PERFORMANCE);
              assertThat(other.servedBy()).isEqualTo(V2);
            });
    performance(V1, null);
    performance(V1, null);
    assertThat(episodes.all())
        .extracting(Episode::servedBy, Episode::status)
        .containsExactly(tuple(V2, Episode.Status.OPEN), tuple(V1, Episode.Status.CLOSED));
  }

  /** After a rollback no label of the bad version comes that could end its episode. */
  @Test
  void performanceOfAVersionThatLeftEnds() {
    performance(V2, BAD);
    episodes.windowEnded(V1, Set.of(), Set.of(V1, V2), now);
    episodes.windowEnded(V1, Set.of(), Set.of(V1), now);
    assertThat(episodes.all().get(0).isOpen()).isTrue();
    episodes.windowEnded(V1, Set.of(), Set.of(V1), now);
    assertThat(episodes.all().get(0).status()).isEqualTo(Episode.Status.CLOSED);
  }

  @Test
  void aColumnThatIsNotWatchedIsAnnouncedOncePerReason() {
    List<NotWatched> missing =
        List.of(new NotWatched("x", "the calls have no column of this name"));
    assertThat(episodes.notWatched(missing, V1, now)).hasSize(1);
    assertThat(episodes.notWatched(missing, V1, now)).isEmpty();
    assertThat(episodes.notWatched(List.of(new NotWatched("x", "it is text")), V1, now)).hasSize(1);
    episodes.windowEnded(V1, Set.of("x"), Set.of(V1), now);
    episodes.windowEnded(V1, Set.of(), Set.of(V1), now);
    episodes.windowEnded(V1, Set.of(), Set.of(V1), now);
    assertThat(episodes.all().get(0).status()).isEqualTo(Episode.Status.CLOSED);
    assertThat(episodes.notWatched(missing, V1, now)).hasSize(1);
  }

  /** Reasons name columns of the calls, of which there is no limit. */
  @Test
  void reasonsAreBounded() {
    long announced = 0;
    for (int i = 0; i < 1_000; i++) {
      announced += episodes.notWatched(List.of(new NotWatched("x", "reason " + i)), V1, now).size();
    }
    assertThat(announced).isEqualTo(100);
    assertThat(episodes.all().get(0).found()).isEqualTo(1_000);
  }

  @Test
  void oldClosedEpisodesAreForgotten() {
    Optional<Episode> last = Optional.empty();
    for (int i = 0; i < 1_100; i++) {
      last = performance(V1, BAD);
      performance(V1, null);
      performance(V1, null);
    }
    assertThat(episodes.all()).hasSize(1_000);
    assertThat(episodes.all().get(0).id()).isEqualTo(last.orElseThrow().id());
  }

  @Test
  void theListIsTheSameUntilAnEpisodeChanges() {
    window(0.6);
    List<Episode> before = episodes.all();
    assertThat(episodes.all()).isSameAs(before);
    window(0.6);
    assertThat(episodes.all()).isNotEqualTo(before);
    before = episodes.all();
    assertThat(episodes.acknowledge(before.get(0).id(), "maria")).isTrue();
    assertThat(episodes.all()).isNotEqualTo(before);
    before = episodes.all();
    episodes.accept(now);
    assertThat(episodes.all()).isNotEqualTo(before);
    performance(V2, BAD);
    before = episodes.all();
    assertThat(episodes.forgotten(V2, now)).isEqualTo(1);
    assertThat(episodes.all()).isNotEqualTo(before);
    performance(V2, BAD);
    before = episodes.all();
    episodes.windowEnded(V1, Set.of(), Set.of(V1), now);
    episodes.windowEnded(V1, Set.of(), Set.of(V1), now);
    assertThat(episodes.all()).isNotEqualTo(before);
    before = episodes.all();
    assertThat(episodes.notWatched(List.of(new NotWatched("x", "it is missing")), V1, now))
        .hasSize(1);
    assertThat(episodes.all()).isNotEqualTo(before);
  }

  @Test
  void episodesAreReadAsTheyWereWrittenAndGoOn() {
    BinaryFrame frame = new BinaryFrame("episodes", 1, 1, 1);
    window(0.6);
    window(0);
    window(0);
    window(V1, 0.6, 0.3);
    performance(V2, BAD);
    assertThat(episodes.acknowledge(episodes.all().get(0).id(), "maria")).isTrue();
    window(0);
    assertThat(small("y")).isEmpty();
    StateWriter out = new StateWriter(frame);
    episodes.write(out);
    byte[] bytes = out.toBytes();

    Episodes read = new Episodes();
    StateReader.read(
        frame,
        bytes,
        in -> {
          read.read(in);
          return read;
        });

    assertThat(read.all()).isEqualTo(episodes.all()).hasSize(3);
    StateWriter again = new StateWriter(frame);
    read.write(again);
    assertThat(again.toBytes()).isEqualTo(bytes);
    assertThat(small("y")).hasSize(1);
    Judged second = smallOf("y");
    assertThat(read.judged(second, now))
        .isEqualTo(episodes.all().stream().filter(one -> one.subject().equals("y")).toList());
    DriftReport quiet = DriftReport.compare(reference, rows(0, 0));
    for (Episodes one : List.of(episodes, read)) {
      one.judged(judged(quiet, V1), now); // the second quiet window
    }
    assertThat(read.all()).isEqualTo(episodes.all());
    assertThat(read.all()).filteredOn(Episode::isOpen).hasSize(2);
  }
}
