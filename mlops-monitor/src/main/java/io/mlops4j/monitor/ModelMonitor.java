package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.gate.CallWatch;
import io.mlops4j.monitor.internal.Conditions;
import io.mlops4j.monitor.live.MonitorCore;
import io.mlops4j.monitor.live.MonitorLoop;
import io.mlops4j.monitor.live.intake.LabelIntake;
import io.mlops4j.monitor.performance.task.Measured;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.monitor.reference.Reference;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Watches live models. It compares features and outputs with a reference window by window and, if
 * labels are requested, joins labels that arrive later and judges the performance of each version.
 * It raises alarms with evidence.
 *
 * <p>Drift of features and outputs needs neither a score nor labels: any columns of the reference
 * are watched, for any kind of model. Features, outputs and labels are watched independently: a
 * problem with one of them does not stop the others.
 *
 * <p>Pass a monitor to a model or deployment as a listener. Start it before them and close it after
 * them. The serving thread only hands rows over and never waits. If the hand-off is full, rows are
 * dropped and counted. Everything else runs in threads of the monitor, and actions in a thread of
 * their own: {@code mlops4j-monitor}. No failure inside the monitor reaches the serving thread;
 * failures are counted in {@link #counts} and logged.
 *
 * <p>Rows of the routes {@code PRIMARY} and {@code CANARY} make up the windows. A {@code SHADOW}
 * gets the same rows again: its performance is watched, and its answers are {@linkplain
 * #comparisons compared} with those of the version that serves. Thread safe.
 */
public final class ModelMonitor implements InferenceListener, AutoCloseable {
  private final MonitorCore core;
  private final LabelIntake labels;
  private final CallWatch calls;
  private volatile boolean countsCalls;

  ModelMonitor(MonitorCore core) {
    this.core = core;
    PerformanceRules rules = core.settings().measured();
    this.labels =
        new LabelIntake(core.settings().watched().labels(), rules == null ? null : rules.task());
    this.calls = CallWatch.create(core.settings().clock());
  }

  /**
   * Starts to describe a monitor that learned from healthy rows how to judge: what a window covers,
   * what it is compared with, by which bounds, and what good data are.
   *
   * @param reference what healthy rows taught; {@link MonitorBuilder#window}, policies and quality
   *     replace its parts
   * @return a builder with defaults
   */
  public static MonitorBuilder builder(Reference reference) {
    return new MonitorBuilder(Objects.requireNonNull(reference, "reference"));
  }

  /**
   * Starts to describe a monitor that compares windows of rows with a profile. Use {@link
   * #builder(Reference)} for traffic with seasons, such as that of days and weeks.
   *
   * @param reference the profile to compare rows with; every window is counted in its bins. It must
   *     not hold key or label columns, and holds outputs as outputs: {@code
   *     Profile.builder().add(features, outputs)}
   * @return a builder with defaults
   */
  public static MonitorBuilder builder(Profile reference) {
    return new MonitorBuilder(Objects.requireNonNull(reference, "reference"), null);
  }

  /**
   * Starts to describe a monitor that compares like with like: each slice of a window with the same
   * slice of the reference, for example Monday mornings with Monday mornings. Seasonal rows then do
   * not raise an alarm every Monday. A column has drifted if it drifted in at least one slice. The
   * more slices there are, the stronger the evidence that each of them needs.
   *
   * @param reference the slices to compare with. The rows of calls must have the columns that
   *     define the slices; see {@link SlicedProfile#builder} for slices with outputs
   * @return a builder with defaults
   */
  public static MonitorBuilder builder(SlicedProfile reference) {
    Objects.requireNonNull(reference, "reference");
    return new MonitorBuilder(reference.whole(), reference);
  }

  /** {@return true, because a monitor reads the rows of calls} */
  @Override
  public boolean needsRows() {
    return true;
  }

  /**
   * {@return whether the rows of a call are in the sample that this monitor counts; see {@link
   * MonitorBuilder#processorShare}}
   *
   * @param route the role in which the model was called
   * @param call the number of the call
   * @param rows the number of its rows, which are counted as left out if they are not in the sample
   */
  @Override
  public boolean takesRows(InferenceEvent.Route route, long call, int rows) {
    return core.intake().takes(Objects.requireNonNull(route, "route"), call, rows);
  }

  /**
   * {@return a listener that counts calls and their times for {@link #gate}; it counts from the
   * first gate on}
   */
  @Override
  public Optional<InferenceListener> also() {
    return Optional.of(
        event -> {
          if (countsCalls) {
            count(event);
          }
        });
  }

  private void count(InferenceEvent event) {
    try {
      calls.onInference(event);
    } catch (RuntimeException | Error e) {
      core.failures().add("cannot count a call", e);
    }
  }

  /**
   * Returns a gate on what this monitor finds, without conditions. Add some: {@code
   * monitor.gate().maxErrorRate(0.01).noDrift()}. From the first call of this method on, the
   * monitor counts calls and their times.
   *
   * @return a gate; it can be used until the monitor is closed, and after that judges by what was
   *     found before
   */
  public MonitorGate gate() {
    countsCalls = true;
    return new MonitorGate(this, calls.gate(), Conditions.NONE);
  }

  /**
   * Hands the rows of a call over to the monitor's thread. Never waits and never throws.
   *
   * @param event the call
   */
  @Override
  public void onInference(InferenceEvent event) {
    try {
      core.intake().handOver(event);
    } catch (RuntimeException | Error e) { // also if memory runs out: the call has its answer
      core.intake().lost(event);
      core.failures().add("cannot take over the rows of a call", e);
    }
  }

  /**
   * Adds an action that is called once for every later incident, and again if one gets worse,
   * changes in another way or reaches another feature; see {@link Incident}. Actions run one after
   * the other in a thread of their own and do not hold up the monitor. An exception is counted and
   * logged. An action that takes longer than its {@linkplain MonitorBuilder#actionLimit limit} is
   * interrupted and counted.
   *
   * @param action for example a deployment's rollback
   */
  public void onAlarm(Consumer<? super Alarm> action) {
    core.alarms().onAlarm(Objects.requireNonNull(action, "action"));
  }

  /**
   * Adds an action for problems of one kind, like {@link #onAlarm(Consumer)}. It is called when an
   * incident first has such a problem, also if that is no reason for an alarm to the other actions,
   * because something upstream explains it; and when such a problem gets worse.
   *
   * @param kind the kind of the problem. The alarm may be of another {@linkplain Alarm#kind kind}
   *     if it also announces a more specific cause
   * @param action for {@link Alarm.Kind#PERFORMANCE}, for example, a deployment's rollback; drift
   *     of rows is no reason to change the model back
   */
  public void onAlarm(Alarm.Kind kind, Consumer<? super Alarm> action) {
    Objects.requireNonNull(kind, "kind");
    core.alarms().onAlarm(kind, Objects.requireNonNull(action, "action"));
  }

  /**
   * Adds an action that is called at the end of every later window, like {@link
   * #onAlarm(Consumer)}.
   *
   * @param action receives the report of the window
   */
  public void onWindow(Consumer<? super WindowReport> action) {
    core.alarms().onWindow(Objects.requireNonNull(action, "action"));
  }

  /**
   * Adds the label of a row that is joined by its key.
   *
   * @param key the value of the key column; whole numbers as decimal text
   * @param label 1 for the event that the score predicts, else 0; the number for regression; the
   *     relevance for ranking
   * @throws IllegalArgumentException if it is no label of the {@linkplain
   *     MonitorBuilder#performance policy}
   * @throws IllegalStateException if the monitor is closed or does not join labels by key
   */
  public void label(String key, double label) {
    core.add(labels.of(labels.keyed(key), label));
  }

  /**
   * Adds the label of a row that is joined by its key.
   *
   * @param key the value of the key column; whole numbers as decimal text
   * @param label the name of the row's class
   * @throws IllegalArgumentException if the {@linkplain MonitorBuilder#performance policy} has no
   *     class of this name
   * @throws IllegalStateException if the monitor is closed or does not join labels by key
   */
  public void label(String key, String label) {
    Objects.requireNonNull(label, "label");
    core.add(labels.of(labels.keyed(key), label));
  }

  /**
   * Adds the label of a row that is joined by its prediction's id.
   *
   * @param id the id of the prediction or of the output record
   * @param label 1 for the event that the score predicts, else 0; the number for regression; the
   *     relevance for ranking
   * @throws IllegalArgumentException if it is no label of the {@linkplain
   *     MonitorBuilder#performance policy}
   * @throws IllegalStateException if the monitor is closed or does not join labels by prediction id
   */
  public void label(PredictionId id, double label) {
    core.add(labels.of(labels.identified(id), label));
  }

  /**
   * Adds the label of a row that is joined by its prediction's id.
   *
   * @param id the id of the prediction or of the output record
   * @param label the name of the row's class
   * @throws IllegalArgumentException if the {@linkplain MonitorBuilder#performance policy} has no
   *     class of this name
   * @throws IllegalStateException if the monitor is closed or does not join labels by prediction id
   */
  public void label(PredictionId id, String label) {
    Objects.requireNonNull(label, "label");
    core.add(labels.of(labels.identified(id), label));
  }

  /**
   * Adds many labels that are joined by key.
   *
   * @param keysAndLabels the key column and one other column, of numbers, booleans or names of
   *     classes; it is only read
   * @throws IllegalArgumentException if there are other columns, a key is null, or a label is none
   *     of the {@linkplain MonitorBuilder#performance policy}; no label was added
   * @throws IllegalStateException if the monitor is closed or does not join labels by key
   */
  public void labels(FeatureBatch keysAndLabels) {
    Objects.requireNonNull(keysAndLabels, "keysAndLabels");
    core.add(labels.of(keysAndLabels));
  }

  /**
   * Returns the performance of a version in the newest window of its predictions, from the labels
   * that have arrived so far.
   *
   * @param version the version, as predictions and alarms name it
   * @return its figures, of the kind that the {@linkplain MonitorBuilder#performance policy}
   *     states; empty for a version that the monitor has not seen, or if performance is not watched
   */
  public Optional<Performance> performance(ServedBy version) {
    Objects.requireNonNull(version, "version");
    return Optional.ofNullable(core.loop().performance(version)).map(Performance::new);
  }

  /**
   * Lists the names of the figures of {@link #performance}.
   *
   * @return figures of the model's kind, then business figures; empty if performance is not
   *     watched; an immutable list
   */
  public List<String> figures() {
    PerformanceRules rules = core.settings().measured();
    return rules == null ? List.of() : rules.figures();
  }

  /**
   * Lists what is not watched, so that silence is not mistaken for good news. The list has these
   * kinds of entries: columns of the reference that are never compared; columns that the newest
   * rows lack, or have with another type or on the other side of the model; windows, of which none
   * had enough rows for a verdict; labels that cannot be joined, or did not come for five periods;
   * figures of performance that are to be judged and had no value in five periods; and the state,
   * if it cannot be stored. Entries that only the calls can show also raise an alarm, once, of kind
   * {@link Alarm.Kind#CONFIGURATION}.
   *
   * @return each entry with its reason, as of the newest rows; an immutable list, empty if
   *     everything is watched
   */
  public List<NotWatched> notWatched() {
    return core.loop().notWatched();
  }

  /**
   * {@return the counts of everything that was handled so far, consistent with each other after the
   * last handled batch or labels}
   */
  public MonitorCounts counts() {
    MonitorLoop.Counts handled = core.loop().counts();
    return new MonitorCounts(
        handled.rows(),
        handled.shadows(),
        handled.unfit(),
        handled.discarded(),
        core.sampling().leftOut(),
        handled.dropped() + core.intake().dropped(),
        core.intake().failedCalls(),
        core.intake().emptyCalls(),
        handled.clockSetBack(),
        handled.labels(),
        core.alarms().suppressed(),
        core.failures().count());
  }

  /**
   * {@return the share of the calls whose rows are counted now, above 0; 1 if every row is counted.
   * See {@link MonitorBuilder#processorShare}}
   */
  public double countedShare() {
    return core.sampling().share();
  }

  /**
   * {@return the rows and labels that were handed over and not yet processed: how far the monitor
   * lags behind the calls}
   */
  public long waitingRows() {
    return core.waitingRows();
  }

  /**
   * Returns the version that serves, which is neither a canary nor a shadow, as of the newest rows.
   *
   * @return the version; empty before the first rows. After a restart, and until the first rows, it
   *     is the version of the newest complete window
   */
  public Optional<ServedBy> serving() {
    return Optional.ofNullable(core.loop().serving());
  }

  /**
   * {@return the report of the newest complete window of any version; empty before the first one}
   */
  public Optional<WindowReport> newestWindow() {
    return Optional.ofNullable(core.loop().newestWindow());
  }

  /**
   * Returns the report of the newest complete window of one version.
   *
   * @param version the version, as predictions and alarms name it
   * @return its report; empty before its first one, and for a version that served before the newest
   *     64
   */
  public Optional<WindowReport> newestWindow(ServedBy version) {
    Objects.requireNonNull(version, "version");
    return Optional.ofNullable(core.loop().newestWindow(version));
  }

  /**
   * Compares each shadow with the version that serves, on identical rows. Rows are identical if
   * they have the same key of the labels or, without a key, the same values in all columns. The
   * comparison begins after the first rows of the shadow. Answers to at most a million values wait
   * for the shadow's, so a shadow that lags by more leaves rows unpaired.
   *
   * @return the newest 16 pairs of versions, as of the newest rows; an immutable list, empty
   *     without a shadow
   */
  public List<VersionComparison> comparisons() {
    return core.loop().comparisons().stream()
        .map(
            one ->
                new VersionComparison(
                    one.pair().baseline(),
                    one.pair().candidate(),
                    one.rows(),
                    one.unpairedBaseline(),
                    one.unpairedCandidate(),
                    one.outputs()))
        .toList();
  }

  /**
   * {@return the checks of data quality of the newest complete window; empty before the first one,
   * or if data quality is not watched}
   */
  public Optional<QualityReport> newestQuality() {
    return Optional.ofNullable(core.loop().newestQuality());
  }

  /**
   * Lists the incidents that this monitor found.
   *
   * @return the open ones, oldest first, and then the newest 1000 that ended, newest first; an
   *     immutable list, as of the newest judgements
   */
  public List<Incident> incidents() {
    return core.loop().incidents().all();
  }

  /** The columns by which performance is grouped. */
  List<String> groups() {
    PerformanceRules rules = core.settings().measured();
    return rules == null ? List.of() : rules.groups();
  }

  @Nullable Performance performanceSince(Predicate<ServedBy> which, Instant at) {
    Measured<?> measured = core.loop().performanceSince(which, at);
    return measured == null ? null : new Performance(measured);
  }

  Collection<WindowReport> newestWindows() {
    return core.loop().newestWindows();
  }

  /**
   * Returns what this monitor remembers of the past, for example for a page: {@code
   * HtmlReport.of(monitor.history()).write(file)}.
   *
   * @return what the reference chose, windows, performance and incidents, as of the newest
   *     judgements
   */
  public MonitorHistory history() {
    MonitorLoop loop = core.loop();
    return new MonitorHistory(
        core.settings().clock().instant(),
        loop.reference(),
        loop.windows().stream().map(WindowSummary::new).toList(),
        loop.tracks().stream()
            .map(one -> new MonitorHistory.Track(one.servedBy(), one.shadow(), one.history()))
            .toList(),
        loop.incidents().all());
  }

  /**
   * Notes that somebody deals with an incident. The incident then raises no alarm when it gets
   * worse, but still does if a column changes in another way or another feature is affected.
   *
   * @param incident the id of an open incident
   * @param by who deals with it
   * @throws IllegalArgumentException if no incident of this id is open
   */
  public void acknowledge(String incident, String by) {
    Objects.requireNonNull(incident, "incident");
    Objects.requireNonNull(by, "by");
    if (!core.loop().acknowledge(incident, by)) {
      List<String> open = incidents().stream().filter(Incident::isOpen).map(Incident::id).toList();
      throw new IllegalArgumentException(
          "incident: found \"%s\", expected the id of an open one: %s".formatted(incident, open));
    }
  }

  /**
   * Makes the rows of the newest complete window the reference, because the change is permanent.
   * With a sliced reference, only slices that have all columns and at least 50 rows in the window
   * are replaced. All findings of drift and quality end, and incidents without others are
   * {@linkplain Incident#accepted accepted}. The open window is discarded. Waits until the rows
   * that were handed over before are processed.
   *
   * @throws IllegalStateException if no window is complete, the newest one has fewer than 50 rows,
   *     lacks a column of the reference or has no slice to accept, the monitor is closed, or the
   *     calling thread is interrupted
   */
  public void acceptAsReference() {
    core.acceptNewest();
  }

  /**
   * {@return the profile that rows are compared with: the builder's reference, or the rows that
   * were accepted last; store its bytes for the next start}
   */
  public Profile reference() {
    return core.loop().baseline().whole();
  }

  /** {@return the slices that rows are compared with; empty if the reference has none} */
  public Optional<SlicedProfile> referenceSlices() {
    return Optional.ofNullable(core.loop().baseline().slices());
  }

  /**
   * Waits until everything that was handed over before is processed: its rows and labels are
   * counted, and the windows that they end are judged. Then waits for the actions that it caused,
   * but not behind an action that blocks: if an action has run for ten seconds, this method returns
   * and the remaining actions run later. Called from an action, it does not wait for actions. On a
   * closed monitor it returns at once.
   *
   * @throws IllegalStateException if the calling thread is interrupted; its flag stays set
   */
  public void flush() {
    core.flush();
  }

  /**
   * Processes everything that was handed over and ends the monitor's threads. A window that is not
   * full is discarded. Waits for actions for at most the {@linkplain MonitorBuilder#actionLimit
   * time of one}; called from an action, it does not wait for actions. Later calls are not watched.
   * A second call does nothing.
   */
  @Override
  public void close() {
    core.close();
  }

  /**
   * Returns everything that this monitor holds: windows, predictions that wait for their label,
   * labels, figures, incidents, the accepted reference and counts. Waits until the rows and labels
   * that were handed over before are processed. Equal state gives equal bytes.
   *
   * @return a checksummed binary form that {@link MonitorBuilder#restore} reads
   * @throws IllegalStateException if the monitor is closed or the calling thread is interrupted
   */
  public byte[] snapshot() {
    return core.snapshot();
  }

  /** {@return how the state is stored; empty without {@link MonitorBuilder#stateIn}} */
  public Optional<StateStatus> state() {
    return Optional.ofNullable(core.state())
        .map(
            one ->
                new StateStatus(
                    one.folder(),
                    one.newest(),
                    one.snapshotBytes(),
                    one.journalBytes(),
                    one.tornBytes(),
                    one.damages(),
                    Optional.ofNullable(one.problem())));
  }
}
