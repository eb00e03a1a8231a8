package io.mlops4j.monitor.live.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.Events;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.EffectMeasure;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.live.alarm.Announcement;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.finding.Layer;
import io.mlops4j.monitor.live.finding.Subject;
import io.mlops4j.monitor.live.rows.ComparedRows;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.drift.DriftFinding;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.rollout.Evidence;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IncidentsTest {
  private static final ServedBy V1 = Events.version(1);
  private static final ServedBy V2 = Events.version(2);
  private static final int ROWS = 5_000;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final BinaryFrame FRAME = new BinaryFrame("incidents", 1, 1, 1);

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(14);
  private final Profile reference = rows(0, 0);
  private Incidents incidents = new Incidents();
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

  private List<Announcement> window(ServedBy servedBy, double shift, double missing) {
    now = now.plus(HOUR);
    return judged(judged(DriftReport.compare(reference, rows(shift, missing)), servedBy));
  }

  private List<Announcement> judged(Judged... judgements) {
    return incidents.judged(List.of(judgements), now);
  }

  private Judged judged(DriftReport report, ServedBy servedBy) {
    Map<Subject, Set<String>> judged = new HashMap<>();
    List<Finding> found =
        DriftFinding.of(report, servedBy, judged).values().stream()
            .map(one -> one.finding(servedBy))
            .toList();
    ComparedRows compared =
        new ComparedRows(now.minus(HOUR), now, report.reference(), report.current());
    return new Judged(servedBy, judged, found, compared);
  }

  private static final Evidence BAD = new Evidence("roc_auc", 0.6, 0.7, "low");

  private Optional<Incident> performance(ServedBy version, @Nullable Evidence bad) {
    Subject subject = new Subject(Alarm.Kind.PERFORMANCE, "roc_auc", version, Layer.LABELS);
    List<Finding> found =
        bad == null ? List.of() : List.of(new Finding(subject, "below", 1.5, bad));
    return judged(new Judged(version, Set.of(subject), found, now.minus(HOUR), now)).stream()
        .filter(Announcement::toAll)
        .map(Announcement::incident)
        .findFirst();
  }

  private Judged smallOf(String column) {
    Subject subject = new Subject(Alarm.Kind.DRIFT, column, null, Layer.INPUT);
    Evidence evidence = new Evidence(column, 1.5, 1, "small");
    Finding finding = new Finding(subject, "psi", 1.5, evidence, true, Judged.ALL_ROWS);
    return new Judged(V1, Set.of(subject), List.of(finding), now.minus(HOUR), now);
  }

  private List<Announcement> small(String column) {
    return judged(smallOf(column));
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
      announced.add(judged(judged).size());
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

  private List<Announcement> window(double shift) {
    return window(V1, shift, 0);
  }

  private static List<String> ids(List<Announcement> announcements) {
    return announcements.stream().map(one -> one.incident().id()).toList();
  }

  @Test
  void aShiftIsAnnouncedOnceAndItsWindowsAreCounted() {
    assertThat(window(0)).isEmpty();
    assertThat(incidents.all()).isEmpty();
    Instant before = now;
    List<Announcement> begun = window(0.5);
    assertThat(begun).hasSize(1);
    assertThat(window(V2, 0.5, 0)).isEmpty();
    assertThat(window(V2, 0.6, 0)).isEmpty();
    Incident incident = incidents.all().get(0);
    assertThat(incidents.all()).hasSize(1);
    assertThat(incident.id()).isEqualTo("incident-1");
    assertThat(incident.servedBy()).isEqualTo(V1);
    assertThat(incident.status()).isEqualTo("open");
    assertThat(incident.opened()).isEqualTo(before.plus(HOUR));
    assertThat(incident.updated()).isEqualTo(before.plus(HOUR.multipliedBy(3)));
    Incident.Finding finding = incident.cause();
    assertThat(incident.findings()).hasSize(1);
    assertThat(finding.subject()).isEqualTo("x");
    assertThat(finding.opened()).isEqualTo(incident.opened());
    assertThat(finding.updated()).isEqualTo(incident.updated());
    assertThat(finding.found()).isEqualTo(3);
    assertThat(finding.first()).isEqualTo(begun.get(0).evidence().get(0));
    assertThat(finding.worst().measured()).isBetween(0.55, 0.65);
    assertThat(finding.newest()).isEqualTo(finding.worst());
  }

  @Test
  void aShiftThatDoublesIsAnnouncedAgain() {
    assertThat(window(0.4)).hasSize(1);
    assertThat(window(0.7)).isEmpty();
    assertThat(window(0.9)).isEmpty(); // not twice the effect of the first windows
    assertThat(ids(window(1.7))).containsExactly("incident-1");
    assertThat(window(2)).isEmpty();
    assertThat(window(0.5)).isEmpty();
    assertThat(incidents.all().get(0).cause().worst().measured()).isBetween(1.9, 2.1);
    assertThat(incidents.all().get(0).cause().newest().measured()).isBetween(0.4, 0.6);
  }

  @Test
  void anotherChangeInTheSameColumnIsAnnouncedOnce() {
    assertThat(window(0.5)).hasSize(1);
    List<Announcement> missing = window(V1, 0, 0.3);
    assertThat(ids(missing)).containsExactly("incident-1");
    assertThat(missing.get(0).evidence().get(0).text()).contains("missing");
    assertThat(window(0.5)).isEmpty();
    assertThat(window(V1, 0, 0.3)).isEmpty();
  }

  @Test
  void anIncidentClosesAfterTwoWindowsThatDoNotFindIt() {
    window(0.5);
    window(0);
    window(0.5); // one window without it does not close it
    window(0);
    assertThat(incidents.all().get(0).status()).isEqualTo("open");
    window(0);
    Incident closed = incidents.all().get(0);
    assertThat(closed.status()).isEqualTo("closed");
    assertThat(closed.updated()).isEqualTo(now);
    assertThat(closed.cause().found()).isEqualTo(2);
    assertThat(ids(window(0.5))).containsExactly("incident-2");
    assertThat(incidents.all())
        .extracting(Incident::id)
        .containsExactly("incident-2", "incident-1");
  }

  /** The bound is 0.1, so a shift of 0.15 deviations is small. */
  @Test
  void aSmallDriftBeginsAnIncidentInItsSecondWindow() {
    assertThat(window(0.15)).isEmpty();
    assertThat(window(0)).isEmpty();
    assertThat(incidents.all()).isEmpty();
    assertThat(window(0.15)).hasSize(1);
    assertThat(window(0.15)).isEmpty();
    assertThat(incidents.all().get(0).opened()).isEqualTo(now.minus(Duration.ofHours(1)));
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
    incidents.windowEnded(V1, Set.of(), Set.of(V1), now); // V2 left
    assertThat(window(V2, 0.15, 0)).isEmpty();
    assertThat(window(V1, 0.15, 0)).hasSize(1);
    assertThat(window(V2, 0.15, 0)).isEmpty();
  }

  @Test
  void acceptedRowsConfirmNoSmallDrift() {
    assertThat(window(0.15)).isEmpty();
    incidents.accept(now);
    assertThat(window(0.15)).isEmpty();
  }

  @Test
  void anAcknowledgedIncidentMayGetWorseButNotChangeInAnotherWay() {
    window(0.4);
    assertThat(incidents.acknowledge("incident-1", "maria")).isTrue();
    assertThat(window(2)).isEmpty();
    assertThat(window(V1, 0, 0.3)).hasSize(1);
    window(0);
    window(0);
    assertThat(incidents.all().get(0).acknowledgedBy()).contains("maria");
    assertThat(incidents.acknowledge("incident-1", "maria")).isFalse();
  }

  @Test
  void whatIsAcceptedEndsAndBeginsAnew() {
    window(0.5);
    incidents.accept(now);
    assertThat(incidents.all()).extracting(Incident::status).containsExactly("accepted");
    assertThat(ids(window(0.5))).containsExactly("incident-2");
  }

  @Test
  void performanceBelongsToAVersion() {
    assertThat(performance(V1, BAD)).isPresent();
    assertThat(performance(V1, BAD)).isEmpty();
    assertThat(performance(V2, BAD))
        .hasValueSatisfying(
            other -> {
              assertThat(other.cause().kind()).isEqualTo(Alarm.Kind.PERFORMANCE);
              assertThat(other.servedBy()).isEqualTo(V2);
            });
    performance(V1, null);
    performance(V1, null);
    assertThat(incidents.all())
        .extracting(Incident::servedBy, Incident::status)
        .containsExactly(tuple(V2, "open"), tuple(V1, "closed"));
  }

  /** After a rollback no label of the bad version comes that could end its incident. */
  @Test
  void performanceOfAVersionThatLeftEnds() {
    performance(V2, BAD);
    incidents.windowEnded(V1, Set.of(), Set.of(V1, V2), now);
    incidents.windowEnded(V1, Set.of(), Set.of(V1), now);
    assertThat(incidents.all().get(0).isOpen()).isTrue();
    incidents.windowEnded(V1, Set.of(), Set.of(V1), now);
    assertThat(incidents.all().get(0).status()).isEqualTo("closed");
  }

  @Test
  void aColumnThatIsNotWatchedIsAnnouncedOncePerReason() {
    List<NotWatched> missing =
        List.of(new NotWatched("x", "the calls have no column of this name"));
    assertThat(incidents.notWatched(missing, V1, now)).hasSize(1);
    assertThat(incidents.notWatched(missing, V1, now)).isEmpty();
    assertThat(incidents.notWatched(List.of(new NotWatched("x", "it is text")), V1, now))
        .hasSize(1);
    incidents.windowEnded(V1, Set.of("x"), Set.of(V1), now);
    incidents.windowEnded(V1, Set.of(), Set.of(V1), now);
    incidents.windowEnded(V1, Set.of(), Set.of(V1), now);
    assertThat(incidents.all().get(0).status()).isEqualTo("closed");
    assertThat(incidents.notWatched(missing, V1, now)).hasSize(1);
  }

  /** Reasons name columns of the calls, of which there is no limit. */
  @Test
  void reasonsAreBounded() {
    long announced = 0;
    for (int i = 0; i < 1_000; i++) {
      announced +=
          incidents.notWatched(List.of(new NotWatched("x", "reason " + i)), V1, now).size();
    }
    assertThat(announced).isEqualTo(100);
    assertThat(incidents.all().get(0).cause().found()).isEqualTo(1_000);
  }

  @Test
  void oldClosedIncidentsAreForgotten() {
    Optional<Incident> last = Optional.empty();
    for (int i = 0; i < 1_100; i++) {
      last = performance(V1, BAD);
      performance(V1, null);
      performance(V1, null);
    }
    assertThat(incidents.all()).hasSize(1_000);
    assertThat(incidents.all().get(0).id()).isEqualTo(last.orElseThrow().id());
  }

  @Test
  void theListIsTheSameUntilAnIncidentChanges() {
    window(0.6);
    List<Incident> before = incidents.all();
    assertThat(incidents.all()).isSameAs(before);
    window(0.6);
    assertThat(incidents.all()).isNotEqualTo(before);
    before = incidents.all();
    assertThat(incidents.acknowledge(before.get(0).id(), "maria")).isTrue();
    assertThat(incidents.all()).isNotEqualTo(before);
    before = incidents.all();
    incidents.accept(now);
    assertThat(incidents.all()).isNotEqualTo(before);
    performance(V2, BAD);
    before = incidents.all();
    incidents.forgotten(V2, now);
    assertThat(incidents.all()).isNotEqualTo(before);
    performance(V2, BAD);
    before = incidents.all();
    incidents.windowEnded(V1, Set.of(), Set.of(V1), now);
    incidents.windowEnded(V1, Set.of(), Set.of(V1), now);
    assertThat(incidents.all()).isNotEqualTo(before);
    before = incidents.all();
    assertThat(incidents.notWatched(List.of(new NotWatched("x", "it is missing")), V1, now))
        .hasSize(1);
    assertThat(incidents.all()).isNotEqualTo(before);
  }

  private static byte[] bytes(Incidents incidents) {
    StateWriter out = new StateWriter(FRAME);
    incidents.write(out);
    return out.toBytes();
  }

  private static Incidents read(byte[] bytes) {
    return StateReader.read(
        FRAME,
        bytes,
        in -> {
          Incidents read = new Incidents();
          read.read(in);
          return read;
        });
  }

  @Test
  void incidentsAreReadAsTheyWereWrittenAndGoOn() {
    window(0.6);
    window(0);
    window(0);
    window(V1, 0.6, 0.3);
    performance(V2, BAD);
    assertThat(incidents.acknowledge(incidents.all().get(0).id(), "maria")).isTrue();
    window(0);
    assertThat(small("y")).isEmpty();
    byte[] bytes = bytes(incidents);
    Incidents read = read(bytes);
    assertThat(read.all()).isEqualTo(incidents.all()).hasSize(3);
    assertThat(bytes(read)).isEqualTo(bytes);
    assertThat(small("y")).hasSize(1);
    Judged second = smallOf("y");
    assertThat(ids(read.judged(List.of(second), now))).containsExactly("incident-2");
    DriftReport quiet = DriftReport.compare(reference, rows(0, 0));
    for (Incidents one : List.of(incidents, read)) {
      one.judged(List.of(judged(quiet, V1)), now); // the second quiet window
    }
    assertThat(read.all()).isEqualTo(incidents.all());
    assertThat(read.all()).filteredOn(Incident::isOpen).hasSize(2);
  }

  // Problems that belong together.

  private static Subject input(Alarm.Kind kind, String... columns) {
    return new Subject(kind, String.join(" and ", columns), null, Layer.INPUT, Set.of(columns));
  }

  private static Subject output(ServedBy version) {
    return new Subject(Alarm.Kind.DRIFT, "score", version, Layer.OUTPUT);
  }

  private static final Subject REPEATED = new Subject(Alarm.Kind.QUALITY, "rows", null, Layer.ROWS);
  private static final Subject UNIT = input(Alarm.Kind.QUALITY, "distance");
  private static final Subject DISTANCE = input(Alarm.Kind.DRIFT, "distance");
  private static final Subject WEEKDAY = input(Alarm.Kind.DRIFT, "weekday");

  /** What is wrong in the window of an hour that has just ended. */
  private Judged wrong(ServedBy version, double relative, Subject... subjects) {
    List<Finding> found =
        Stream.of(subjects)
            .map(
                one ->
                    new Finding(one, "m", relative, new Evidence(one.name(), relative, 1, "bad")))
            .toList();
    return new Judged(version, Set.of(subjects), found, now.minus(HOUR), now);
  }

  private List<Announcement> next(ServedBy version, double relative, Subject... subjects) {
    now = now.plus(HOUR);
    return judged(wrong(version, relative, subjects));
  }

  private static List<String> subjects(Incident incident) {
    return incident.findings().stream().map(one -> one.kind() + " " + one.subject()).toList();
  }

  @Test
  void whatIsFoundTogetherIsOneIncidentWithTheMostSpecificCauseFirst() {
    Subject performance = new Subject(Alarm.Kind.PERFORMANCE, "roc_auc", V1, Layer.LABELS);
    List<Announcement> news =
        judged(
            wrong(V1, 9, performance),
            wrong(V1, 8, output(V1), WEEKDAY, DISTANCE),
            wrong(V1, 3, REPEATED, UNIT));
    assertThat(news).hasSize(1);
    Announcement alarm = news.get(0);
    assertThat(alarm.toAll()).isTrue();
    assertThat(alarm.kind()).isEqualTo(Alarm.Kind.QUALITY);
    assertThat(alarm.kinds())
        .containsExactlyInAnyOrder(Alarm.Kind.QUALITY, Alarm.Kind.DRIFT, Alarm.Kind.PERFORMANCE);
    assertThat(alarm.evidence()).extracting(Evidence::name).startsWith("distance").hasSize(6);
    assertThat(subjects(alarm.incident()))
        .containsExactly(
            "QUALITY distance",
            "DRIFT weekday",
            "DRIFT distance",
            "QUALITY rows",
            "DRIFT score",
            "PERFORMANCE roc_auc");
  }

  /** Half of the first window is affected. */
  @Test
  void theFirstWholeWindowIsTheMeasureOfWhatGetsWorse() {
    assertThat(next(V1, 2.5, DISTANCE)).hasSize(1);
    assertThat(next(V1, 5, DISTANCE)).isEmpty();
    assertThat(next(V1, 9.9, DISTANCE)).isEmpty();
    assertThat(next(V1, 10, DISTANCE)).as("twice 5").hasSize(1);
    assertThat(next(V1, 20, DISTANCE)).as("half of the window before was worse").isEmpty();
    assertThat(next(V1, 39, DISTANCE)).isEmpty();
    assertThat(next(V1, 40, DISTANCE)).as("twice 20").hasSize(1);
    assertThat(next(V1, 30, DISTANCE)).isEmpty();
    assertThat(next(V1, 79, DISTANCE)).as("the larger of both windows counts").isEmpty();
  }

  /**
   * Detectors find a change within a window, and the next of sliding windows have the same rows.
   */
  @Test
  void aWindowThatSharesRowsWithTheFirstOneIsNotAnnouncedAgain() {
    List<Finding> found = wrong(V1, 2, DISTANCE).found();
    assertThat(judged(new Judged(V1, Set.of(), found, now.minus(HOUR), now.minusSeconds(900))))
        .hasSize(1);
    for (int step = 1; step <= 4; step++) {
      assertThat(judged(wrong(V1, 1 << step, DISTANCE))).isEmpty();
      now = now.plus(HOUR.dividedBy(4));
    }
    assertThat(next(V1, 31, DISTANCE)).isEmpty();
    assertThat(next(V1, 62, DISTANCE)).hasSize(1);
  }

  @Test
  void aClockThatIsSetBackDelaysNoAlarm() {
    assertThat(next(V1, 3, DISTANCE)).hasSize(1);
    now = now.minus(Duration.ofDays(100));
    assertThat(next(V1, 5, DISTANCE)).isEmpty();
    assertThat(next(V1, 10, DISTANCE)).hasSize(1);
  }

  /** It reaches the actions for its kind, which roll back, and no other. */
  @Test
  void whatLiesDownstreamUpdatesTheIncidentAndReachesOnlyTheActionsForItsKind() {
    assertThat(next(V1, 3, DISTANCE)).hasSize(1);
    assertThat(next(V1, 3, DISTANCE, output(V1))).isEmpty();
    assertThat(performance(V1, BAD)).isEmpty();
    assertThat(performance(V1, BAD)).isEmpty();
    Incident incident = incidents.all().get(0);
    assertThat(incidents.all()).hasSize(1);
    assertThat(subjects(incident))
        .containsExactly("DRIFT distance", "DRIFT score", "PERFORMANCE roc_auc");
  }

  @Test
  void theFirstFindingOfAKindIsAnnouncedToTheActionsForIt() {
    next(V1, 3, DISTANCE);
    Subject performance = new Subject(Alarm.Kind.PERFORMANCE, "roc_auc", V1, Layer.LABELS);
    List<Announcement> news = next(V1, 3, output(V1), performance);
    assertThat(news).hasSize(1);
    assertThat(news.get(0).toAll()).isFalse();
    assertThat(news.get(0).kind()).isEqualTo(Alarm.Kind.PERFORMANCE);
    assertThat(news.get(0).kinds()).containsExactly(Alarm.Kind.PERFORMANCE);
    assertThat(news.get(0).evidence()).extracting(Evidence::name).containsExactly("roc_auc");
    assertThat(news.get(0).incident().servedBy()).isEqualTo(V1);
    assertThat(next(V1, 3, performance)).isEmpty();
    assertThat(next(V1, 7, performance).get(0).kinds()).containsExactly(Alarm.Kind.PERFORMANCE);
    assertThat(next(V1, 7, performance)).isEmpty();
  }

  @Test
  void anotherFeatureIsAnnouncedAgain() {
    next(V1, 3, DISTANCE);
    List<Announcement> news = next(V1, 3, DISTANCE, WEEKDAY);
    assertThat(ids(news)).containsExactly("incident-1");
    assertThat(news.get(0).toAll()).isTrue();
    assertThat(news.get(0).evidence()).extracting(Evidence::name).containsExactly("weekday");
    assertThat(next(V1, 3, DISTANCE, WEEKDAY)).isEmpty();
  }

  @Test
  void theSourceOfAKnownDriftIsAnUpdateThatComesFirst() {
    next(V1, 9, DISTANCE);
    List<Announcement> news = next(V1, 3, UNIT, DISTANCE);
    assertThat(news.get(0).toAll()).isFalse();
    assertThat(news.get(0).kinds()).containsExactly(Alarm.Kind.QUALITY);
    assertThat(incidents.all().get(0).cause().kind()).isEqualTo(Alarm.Kind.QUALITY);
  }

  /** The incident takes it, because it has just grown by another feature. */
  @Test
  void aCheckThatFailsLongAfterItsColumnDriftedIsAnnounced() {
    next(V1, 3, DISTANCE);
    next(V1, 3, DISTANCE);
    next(V1, 3, DISTANCE, WEEKDAY);
    List<Announcement> news = next(V1, 3, DISTANCE, WEEKDAY, UNIT);
    assertThat(ids(news)).containsExactly("incident-1");
    assertThat(news.get(0).toAll()).isTrue();
    assertThat(news.get(0).evidence()).hasSize(1);
  }

  @Test
  void aCheckOfOtherRowsThanTheSliceThatDriftsIsAnnounced() {
    assertThat(judged(sliced("Mon", true))).hasSize(1);
    now = now.plus(HOUR);
    List<Announcement> news = judged(sliced("Tue", false), wrong(V1, 3, UNIT));
    assertThat(ids(news)).containsExactly("incident-1");
    assertThat(news.get(0).toAll()).isTrue();
  }

  @Test
  void exchangedColumnsExplainTheDriftOfBoth() {
    Subject exchanged = input(Alarm.Kind.QUALITY, "destination", "origin");
    next(V1, 3, exchanged);
    List<Announcement> news =
        next(V1, 3, input(Alarm.Kind.DRIFT, "destination"), input(Alarm.Kind.DRIFT, "origin"));
    assertThat(news).noneMatch(Announcement::toAll);
    assertThat(incidents.all()).singleElement().matches(one -> one.findings().size() == 3);
  }

  /** Stations north of the reference and fewer in the east: two incidents before. */
  @Test
  void exchangedColumnsRaiseOneAlarmAlthoughBothHadIncidentsBefore() {
    Subject lat = input(Alarm.Kind.QUALITY, "lat");
    Subject lon = input(Alarm.Kind.QUALITY, "lon");
    Subject latDrift = input(Alarm.Kind.DRIFT, "lat");
    Subject lonDrift = input(Alarm.Kind.DRIFT, "lon");
    Subject exchanged = input(Alarm.Kind.QUALITY, "lat", "lon");
    next(V1, 3, lat);
    next(V1, 3, lat);
    now = now.plus(HOUR.multipliedBy(5));
    assertThat(ids(next(V1, 3, lonDrift))).containsExactly("incident-2");
    next(V1, 3, lonDrift, lat);
    List<Announcement> news = next(V1, 30, lat, lon, latDrift, lonDrift, exchanged);
    assertThat(news).filteredOn(Announcement::toAll).hasSize(1);
    assertThat(news)
        .filteredOn(Announcement::toAll)
        .extracting(one -> one.evidence().get(0).name())
        .containsExactly("lat and lon");
    assertThat(incidents.all()).hasSize(2);
    assertThat(next(V1, 30, lat, lon, latDrift, lonDrift, exchanged)).isEmpty();
  }

  /** The check begins in one incident, and the drift goes on in another one. */
  @Test
  void aFailedCheckExplainsTheDriftOfItsColumnInAnotherIncident() {
    next(V1, 3, DISTANCE);
    next(V1, 3, DISTANCE);
    now = now.plus(HOUR.multipliedBy(5));
    next(V1, 3, WEEKDAY);
    List<Announcement> news = next(V1, 30, DISTANCE, UNIT);
    assertThat(news).filteredOn(Announcement::toAll).hasSize(1);
  }

  @Test
  void aColumnThatIsWatchedInPartStillAnnouncesItsDrift() {
    next(V1, 3, DISTANCE);
    next(V1, 3, DISTANCE);
    incidents.notWatched(List.of(new NotWatched("distance", "it is text")), V1, now);
    assertThat(next(V1, 30, DISTANCE)).singleElement().matches(Announcement::toAll);
  }

  /** Versions may have outputs of one name. */
  @Test
  void aFailedCheckOfAnOutputExplainsNoDriftOfAnotherVersion() {
    next(V1, 3, new Subject(Alarm.Kind.QUALITY, "score", V1, Layer.OUTPUT));
    assertThat(next(V2, 3, output(V2))).singleElement().matches(Announcement::toAll);
    next(V2, 3, output(V2));
    assertThat(next(V2, 7, output(V2))).singleElement().matches(Announcement::toAll);
  }

  @Test
  void aFailedCheckExplainsTheDriftOfItsColumnWhileItFails() {
    next(V1, 3, UNIT, DISTANCE);
    next(V1, 3, UNIT, DISTANCE);
    assertThat(next(V1, 7, UNIT, DISTANCE).get(0).evidence()).hasSize(2); // the check, too
    next(V1, 7, UNIT, DISTANCE);
    assertThat(next(V1, 15, DISTANCE)).hasSize(1).noneMatch(Announcement::toAll);
    next(V1, 15, DISTANCE);
    for (int hour = 0; hour < 2; hour++) {
      judged(new Judged(V1, Set.of(UNIT), List.of(), now.minus(HOUR), now));
    }
    assertThat(next(V1, 31, DISTANCE)).singleElement().matches(Announcement::toAll);
  }

  @Test
  void anIncidentThatIsAnnouncedAgainNamesOnlyWhatGotWorse() {
    next(V1, 3, DISTANCE, WEEKDAY);
    next(V1, 3, DISTANCE, WEEKDAY);
    List<Announcement> news = next(V1, 7, WEEKDAY);
    assertThat(news.get(0).evidence()).extracting(Evidence::name).containsExactly("weekday");
    assertThat(news.get(0).incident().findings()).hasSize(2);
  }

  /** A window is an hour: one hour may lie between. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 2"})
  void aFindingJoinsIfAtMostOneWindowLiesBetween(int hours, int expected) {
    next(V1, 3, DISTANCE);
    now = now.plus(HOUR.multipliedBy(hours - 1));
    next(V1, 3, WEEKDAY);
    assertThat(incidents.all()).hasSize(expected);
  }

  /** The labels of a day come days later. */
  @Test
  void theTimeOfTheRowsCountsAndNotThatOfTheJudgement() {
    next(V1, 3, DISTANCE);
    Judged late = wrong(V1, 3, new Subject(Alarm.Kind.PERFORMANCE, "roc_auc", V1, Layer.LABELS));
    now = now.plus(Duration.ofDays(3));
    judged(late);
    assertThat(incidents.all()).hasSize(1);
  }

  /** A column that drifts for ever must not hide what comes later. */
  @Test
  void anOldIncidentTakesNothingMoreUntilItGrows() {
    for (int hour = 0; hour < 100; hour++) {
      next(V1, 3, DISTANCE);
    }
    List<Announcement> news = next(V1, 3, DISTANCE, REPEATED);
    assertThat(ids(news)).containsExactly("incident-2");
    assertThat(news.get(0).toAll()).isTrue();
    now = now.plus(HOUR.multipliedBy(2));
    assertThat(ids(next(V1, 7, DISTANCE))).containsExactly("incident-1"); // worse, so it grew
    next(V1, 7, DISTANCE, output(V1));
    assertThat(subjects(incidents.all().get(0))).containsExactly("DRIFT distance", "DRIFT score");
  }

  /** A bad version that begins while a feature drifts. */
  @Test
  void outputsOfAnotherVersionAreAnIncidentOfTheirOwn() {
    next(V1, 3, DISTANCE);
    List<Announcement> news = next(V2, 3, DISTANCE, output(V2));
    assertThat(ids(news)).containsExactly("incident-2");
    assertThat(news.get(0).incident().servedBy()).isEqualTo(V2);
    next(V2, 3, WEEKDAY);
    assertThat(incidents.all().get(1).findings())
        .extracting(Incident.Finding::subject)
        .as("the newest incident that may have it")
        .containsExactly("weekday", "score");
  }

  @Test
  void configurationIsAnIncidentOfItsOwn() {
    next(V1, 3, DISTANCE);
    List<NotWatched> missing =
        List.of(new NotWatched("hour", "it is text"), new NotWatched("y", "it is missing"));
    List<Announcement> news = incidents.notWatched(missing, V1, now);
    assertThat(ids(news)).containsExactly("incident-2");
    assertThat(news.get(0).evidence()).hasSize(2);
  }

  @Test
  void anIncidentIsOpenAsLongAsOneOfItsFindings() {
    next(V1, 3, DISTANCE, WEEKDAY);
    Set<Subject> both = Set.of(DISTANCE, WEEKDAY);
    for (int hour = 0; hour < 2; hour++) {
      now = now.plus(HOUR);
      judged(new Judged(V1, both, wrong(V1, 3, WEEKDAY).found(), now.minus(HOUR), now));
    }
    Incident incident = incidents.all().get(0);
    assertThat(incident.isOpen()).isTrue();
    assertThat(incident.findings())
        .extracting(Incident.Finding::subject, Incident.Finding::isOpen)
        .containsExactly(tuple("distance", false), tuple("weekday", true));
    incidents.accept(now);
    assertThat(incidents.all()).singleElement().matches(Incident::accepted);
  }

  @Test
  void acceptingRowsDoesNotEndAnIncidentOfPerformance() {
    next(V1, 3, DISTANCE);
    assertThat(performance(V1, BAD)).isEmpty();
    incidents.accept(now);
    assertThat(incidents.all().get(0).status()).isEqualTo("open");
    performance(V1, null);
    performance(V1, null);
    assertThat(incidents.all().get(0).status()).isEqualTo("closed");
  }

  @Test
  void whatWasWithheldIsAnnouncedToAllWhenItIsFoundAgain() {
    next(V1, 3, DISTANCE, output(V1)).forEach(one -> one.withheld().run());
    assertThat(incidents.hasWithheld()).isTrue();
    assertThat(next(V1, 3, DISTANCE, output(V1))).isEmpty();
    incidents.announceWithheld();
    List<Announcement> news = next(V1, 3, DISTANCE, output(V1));
    assertThat(news).singleElement().matches(Announcement::toAll);
    assertThat(news.get(0).evidence())
        .extracting(Evidence::name)
        .containsExactly("distance", "score");
    assertThat(incidents.hasWithheld()).isFalse();
  }

  private Judged sliced(String slice, boolean found) {
    Finding thursdays =
        new Finding(DISTANCE, "m", 3, new Evidence("distance", 3, 1, "bad"), false, Set.of(slice));
    return new Judged(
        V1,
        Map.of(DISTANCE, Set.of(slice)),
        found ? List.of(thursdays) : List.of(),
        now.minus(HOUR),
        now,
        null);
  }

  @Test
  void driftOfEachThursdayIsOneFindingUntilTheSecondHealthyThursday() {
    List<Integer> alarms = new ArrayList<>();
    for (int day = 0; day < 7 * 5 + 1; day++) { // Thursdays are 0, 7, ...; 28 and 35 are healthy
      now = now.plus(Duration.ofDays(1));
      boolean thursday = day % 7 == 0;
      alarms.add(judged(sliced(thursday ? "Thu" : "other", thursday && day < 28)).size());
      assertThat(incidents.all().get(0).isOpen()).as("day %d", day).isEqualTo(day < 35);
    }
    assertThat(alarms.get(0)).isEqualTo(1);
    assertThat(alarms.subList(1, alarms.size())).containsOnly(0);
    assertThat(incidents.all().get(0).cause().found()).isEqualTo(4);
    assertThat(ids(judged(sliced("Thu", true)))).containsExactly("incident-2");
  }

  /** What was announced, the health of slices, who acknowledged it, and the rows that it takes. */
  @Test
  void anIncidentGoesOnInTheNextProcess() {
    next(V1, 3, UNIT, WEEKDAY);
    judged(sliced("Thu", true));
    judged(sliced("Thu", false));
    incidents = read(bytes(incidents));
    assertThat(judged(sliced("Fri", false))).isEmpty();
    assertThat(next(V1, 3, UNIT, WEEKDAY, output(V1))).as("known").isEmpty();
    assertThat(subjects(incidents.all().get(0))).endsWith("DRIFT score").hasSize(4);
    List<Announcement> worse = next(V1, 6, UNIT, WEEKDAY);
    assertThat(worse).singleElement().matches(Announcement::toAll);
    assertThat(worse.get(0).evidence()).hasSize(2);
    judged(sliced("Thu", false));
    assertThat(incidents.all().get(0).findings())
        .filteredOn(one -> !one.isOpen())
        .extracting(Incident.Finding::subject)
        .as("healthy once in each process")
        .containsExactly("distance");

    assertThat(incidents.acknowledge("incident-1", "maria")).isTrue();
    incidents = read(bytes(incidents));
    assertThat(next(V1, 100, UNIT, WEEKDAY)).isEmpty();
  }

  @Test
  void whatIsExplainedAndWasWithheldReachesOnlyTheActionsForItsKind() {
    Subject performance = new Subject(Alarm.Kind.PERFORMANCE, "roc_auc", V1, Layer.LABELS);
    next(V1, 3, DISTANCE);
    next(V1, 3, performance).forEach(one -> one.withheld().run());
    incidents.announceWithheld();
    List<Announcement> news = next(V1, 3, performance);
    assertThat(news).singleElement().matches(one -> !one.toAll());
    assertThat(news.get(0).kinds()).containsExactly(Alarm.Kind.PERFORMANCE);
  }

  @Test
  void whatWasWithheldIsAnnouncedByTheNextProcess() {
    next(V1, 3, DISTANCE).forEach(one -> one.withheld().run());
    incidents = read(bytes(incidents));
    assertThat(incidents.hasWithheld()).isTrue();
    incidents.announceWithheld();
    assertThat(next(V1, 3, DISTANCE)).singleElement().matches(Announcement::toAll);
    assertThat(next(V1, 3, DISTANCE)).isEmpty();
  }

  @Test
  void onlyTheSlicesInWhichItWasFoundEndAFinding() {
    assertThat(judged(sliced("Thu", true))).hasSize(1);
    for (int window = 0; window < 10; window++) {
      judged(sliced("Fri", false));
    }
    assertThat(judged(sliced("Thu", true))).isEmpty();
    judged(sliced("Thu", false));
    judged(sliced("Wed", true));
    judged(sliced("Thu", false));
    judged(sliced("Wed", false));
    assertThat(incidents.all().get(0).isOpen()).isTrue();
    judged(sliced("Wed", false));
    assertThat(incidents.all()).singleElement().matches(one -> !one.isOpen());
  }

  // Attacks.

  /** A broken join before the model, of a wide table. */
  @Test
  void tenThousandColumnsThatFailAtOnceAreOneAlarmThatCanBeRead() {
    List<Subject> columns = new ArrayList<>();
    for (int column = 0; column < 10_000; column++) {
      columns.add(input(Alarm.Kind.QUALITY, "c" + column));
      columns.add(input(Alarm.Kind.DRIFT, "c" + column));
    }
    Subject[] all = columns.toArray(Subject[]::new);
    List<Announcement> news = next(V1, 3, all);
    assertThat(news).hasSize(1);
    Announcement one = news.get(0);
    assertThat(one.evidence()).hasSize(20_000);
    Alarm alarm =
        new Alarm("alarm-1", one.kind(), now, one.incident(), one.evidence(), Optional.empty());
    assertThat(alarm.toString()).hasSizeLessThan(1_000).endsWith("; and 19,990 more");
    assertThat(one.incident().toString()).hasSizeLessThan(1_000).endsWith("; and 19,990 more");
    assertThat(next(V1, 3, all)).isEmpty();
    for (int hour = 0; hour < 2; hour++) {
      judged(new Judged(V1, Set.of(all), List.of(), now.minus(HOUR), now));
    }
    Incident closed = incidents.all().get(0);
    assertThat(closed.isOpen()).isFalse();
    assertThat(closed.findings()).as("a thousand closed incidents are kept").hasSize(100);
    assertThat(closed.cause().kind()).isEqualTo(Alarm.Kind.QUALITY);
  }

  @Test
  void anotherChangeInAnAcknowledgedIncidentIsAnnouncedAlthoughItWasWithheld() {
    next(V1, 3, DISTANCE);
    assertThat(incidents.acknowledge("incident-1", "maria")).isTrue();
    next(V1, 3, DISTANCE, WEEKDAY).forEach(one -> one.withheld().run());
    incidents.announceWithheld();
    assertThat(next(V1, 3, DISTANCE, WEEKDAY)).singleElement().matches(Announcement::toAll);
    assertThat(next(V1, 3, DISTANCE, WEEKDAY)).isEmpty();
  }

  @Test
  void whoAcknowledgesAnIncidentKnowsWhatWasWithheldOfIt() {
    next(V1, 3, DISTANCE).forEach(one -> one.withheld().run());
    assertThat(incidents.acknowledge("incident-1", "maria")).isTrue();
    assertThat(incidents.hasWithheld()).isFalse();
    incidents.announceWithheld();
    assertThat(next(V1, 3, DISTANCE)).isEmpty();
    assertThat(next(V1, 3, DISTANCE, WEEKDAY)).singleElement().matches(Announcement::toAll);
  }

  @Test
  void threadsMayAcknowledgeAndReadWhileWindowsEnd() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    CountDownLatch running = new CountDownLatch(2);
    Callable<Void> acknowledging =
        () -> {
          boolean first = true;
          while (!done.get()) {
            for (Incident one : incidents.all()) {
              boolean was = incidents.acknowledge(one.id(), "maria");
              assertThat(was || !incidents.all().contains(one) || !one.isOpen()).isTrue();
              bytes(incidents);
              if (was && first) {
                running.countDown();
                first = false;
              }
            }
          }
          return null;
        };
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<Void>> both =
          List.of(threads.submit(acknowledging), threads.submit(acknowledging));
      for (int round = 0; round < 300; round++) {
        next(V1, 3, DISTANCE, UNIT);
        assertThat(running.await(1, TimeUnit.MINUTES)).as("an open incident is seen").isTrue();
        next(V1, 3, WEEKDAY);
        for (int hour = 0; hour < 2; hour++) {
          judged(new Judged(V1, Set.of(DISTANCE, UNIT, WEEKDAY), List.of(), now.minus(HOUR), now));
        }
      }
      done.set(true);
      for (Future<Void> one : both) {
        one.get(1, TimeUnit.MINUTES); // fails with what a thread found
      }
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
    assertThat(incidents.all()).extracting(Incident::id).doesNotHaveDuplicates().hasSize(300);
    assertThat(read(bytes(incidents)).all()).isEqualTo(incidents.all());
  }

  /** With a checksum that matches: the frame itself finds no damage. */
  @Sized
  @Test
  void damagedBytesAreADataExceptionOrIncidents() {
    window(0.6);
    window(0);
    window(0);
    next(V1, 3, UNIT, WEEKDAY);
    performance(V2, BAD);
    incidents.acknowledge("incident-2", "maria");
    small("y");
    byte[] bytes = bytes(incidents);
    long seed = System.nanoTime();
    Random damage = new Random(seed);
    int refused = 0;
    for (int round = 0; round < TestSize.of(2_000, 100_000); round++) {
      byte[] bad = bytes.clone();
      int from = BinaryFrame.HEADER;
      for (int i = damage.nextInt(3); i >= 0; i--) {
        int at = from + damage.nextInt(bad.length - from - BinaryFrame.TRAILER);
        bad[at] = (byte) (damage.nextBoolean() ? -1 : damage.nextInt(256));
      }
      ByteBuffer.wrap(bad).putInt(bad.length - BinaryFrame.TRAILER, BinaryFrame.checksum(bad));
      try {
        Incidents read = read(bad);
        assertThat(read.all()).isNotNull();
        read.judged(List.of(wrong(V1, 3, UNIT, WEEKDAY, DISTANCE)), now);
        read.windowEnded(V1, Set.of(), Set.of(V1), now);
        read.accept(now);
      } catch (DataException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
    assertThat(refused).isPositive();
  }
}
