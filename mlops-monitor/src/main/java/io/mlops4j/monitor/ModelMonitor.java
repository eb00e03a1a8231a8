package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelCard;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.gate.CallWatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.quality.QualityPolicy;
import io.mlops4j.monitor.quality.QualityReference;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.monitor.quality.QualitySuite;
import io.mlops4j.monitor.state.Output;
import io.mlops4j.rollout.internal.OutputComparison;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
  private final MonitorSettings settings;
  private final HandOff handOff;
  private final CallSampling sampling = new CallSampling();
  private final Actions actions;
  private final StateJournal journal = new StateJournal();
  private final @Nullable StateKeeper state;
  private final MonitorLoop loop;
  private final MonitorThread thread;
  private final Failures failures = new Failures();
  private final AlarmActions alarms;
  private final Intake intake;
  private final LabelIntake labels;
  private final CallWatch calls;
  private volatile boolean countsCalls;

  private ModelMonitor(MonitorSettings settings, byte @Nullable [] restored) {
    this.settings = settings;
    this.handOff = new HandOff(settings.handOffRows());
    this.actions = new Actions(settings.actionLimit(), failures);
    this.alarms = new AlarmActions(settings.alarmLimit(), actions);
    this.intake = new Intake(settings, handOff, sampling);
    this.labels = new LabelIntake(settings);
    Supplier<MonitorLoop> fresh =
        () -> new MonitorLoop(settings, sampling, failures, alarms, journal);
    Supplier<MonitorLoop> given =
        restored == null ? null : () -> new MonitorBytes(settings).read(restored, fresh);
    StateSettings stored = settings.state();
    this.state =
        stored == null
            ? null
            : StateKeeper.open(
                new StateKeeper.Context(settings, stored, journal, failures), fresh, given);
    this.loop = state != null ? state.loop() : Objects.requireNonNullElse(given, fresh).get();
    this.thread =
        new MonitorThread(
            handOff,
            loop,
            state,
            failures,
            new CallBudget(settings, sampling, handOff, intake::dropped));
    this.calls = CallWatch.create(settings.clock());
  }

  /**
   * Starts to describe a monitor.
   *
   * @param reference the profile to compare rows with; every window is counted in its bins. It must
   *     not hold key or label columns, and holds outputs as outputs: {@code
   *     Profile.builder().add(features, outputs)}
   * @return a builder with defaults
   */
  public static Builder builder(Profile reference) {
    return new Builder(Objects.requireNonNull(reference, "reference"), null);
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
  public static Builder builder(SlicedProfile reference) {
    Objects.requireNonNull(reference, "reference");
    return new Builder(reference.whole(), reference);
  }

  /** {@return true, because a monitor reads the rows of calls} */
  @Override
  public boolean needsRows() {
    return true;
  }

  /**
   * {@return whether the rows of a call are in the sample that this monitor counts; see {@link
   * Builder#processorShare}}
   *
   * @param route the role in which the model was called
   * @param call the number of the call
   * @param rows the number of its rows, which are counted as left out if they are not in the sample
   */
  @Override
  public boolean takesRows(InferenceEvent.Route route, long call, int rows) {
    return intake.takes(Objects.requireNonNull(route, "route"), call, rows);
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
            calls.onInference(event);
          }
        });
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
    return new MonitorGate(this, calls.gate(), List.of());
  }

  /**
   * Hands the rows of a call over to the monitor's thread. Never waits and never throws.
   *
   * @param event the call
   */
  @Override
  public void onInference(InferenceEvent event) {
    try {
      intake.handOver(event);
    } catch (RuntimeException e) {
      failures.add("cannot take over the rows of a call", e);
    }
  }

  /**
   * Adds an action that is called for every later alarm. Actions run one after the other in a
   * thread of their own and do not hold up the monitor. An exception is counted and logged. An
   * action that takes longer than its {@linkplain Builder#actionLimit limit} is interrupted and
   * counted.
   *
   * @param action for example a deployment's rollback
   */
  public void onAlarm(Consumer<? super Alarm> action) {
    alarms.onAlarm(Objects.requireNonNull(action, "action"));
  }

  /**
   * Adds an action that is called for every later alarm of one kind, like {@link
   * #onAlarm(Consumer)}.
   *
   * @param kind the kind of the alarm
   * @param action for {@link Alarm.Kind#PERFORMANCE}, for example, a deployment's rollback; drift
   *     of rows is no reason to change the model back
   */
  public void onAlarm(Alarm.Kind kind, Consumer<? super Alarm> action) {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(action, "action");
    onAlarm(
        alarm -> {
          if (alarm.kind() == kind) {
            action.accept(alarm);
          }
        });
  }

  /**
   * Adds an action that is called at the end of every later window, like {@link
   * #onAlarm(Consumer)}.
   *
   * @param action receives the report of the window
   */
  public void onWindow(Consumer<? super WindowReport> action) {
    alarms.onWindow(Objects.requireNonNull(action, "action"));
  }

  /**
   * Adds the label of a row that is joined by its key.
   *
   * @param key the value of the key column; whole numbers as decimal text
   * @param label 1 for the event that the score predicts, else 0; the number for regression; the
   *     relevance for ranking
   * @throws IllegalArgumentException if it is no label of the {@linkplain Builder#performance
   *     policy}
   * @throws IllegalStateException if the monitor is closed or does not join labels by key
   */
  public void label(String key, double label) {
    add(labels.of(labels.keyed(key), label));
  }

  /**
   * Adds the label of a row that is joined by its key.
   *
   * @param key the value of the key column; whole numbers as decimal text
   * @param label the name of the row's class
   * @throws IllegalArgumentException if the {@linkplain Builder#performance policy} has no class of
   *     this name
   * @throws IllegalStateException if the monitor is closed or does not join labels by key
   */
  public void label(String key, String label) {
    Objects.requireNonNull(label, "label");
    add(labels.of(labels.keyed(key), label));
  }

  /**
   * Adds the label of a row that is joined by its prediction's id.
   *
   * @param id the id of the prediction or of the output record
   * @param label 1 for the event that the score predicts, else 0; the number for regression; the
   *     relevance for ranking
   * @throws IllegalArgumentException if it is no label of the {@linkplain Builder#performance
   *     policy}
   * @throws IllegalStateException if the monitor is closed or does not join labels by prediction id
   */
  public void label(PredictionId id, double label) {
    add(labels.of(labels.identified(id), label));
  }

  /**
   * Adds the label of a row that is joined by its prediction's id.
   *
   * @param id the id of the prediction or of the output record
   * @param label the name of the row's class
   * @throws IllegalArgumentException if the {@linkplain Builder#performance policy} has no class of
   *     this name
   * @throws IllegalStateException if the monitor is closed or does not join labels by prediction id
   */
  public void label(PredictionId id, String label) {
    Objects.requireNonNull(label, "label");
    add(labels.of(labels.identified(id), label));
  }

  /**
   * Adds many labels that are joined by key.
   *
   * @param keysAndLabels the key column and one other column, of numbers, booleans or names of
   *     classes; it is only read
   * @throws IllegalArgumentException if there are other columns, a key is null, or a label is none
   *     of the {@linkplain Builder#performance policy}; no label was added
   * @throws IllegalStateException if the monitor is closed or does not join labels by key
   */
  public void labels(FeatureBatch keysAndLabels) {
    Objects.requireNonNull(keysAndLabels, "keysAndLabels");
    add(labels.of(keysAndLabels));
  }

  private void add(List<HandOff.Label> given) {
    journal.add(given, settings.clock(), thread);
  }

  /**
   * Returns the performance of a version in the newest window of its predictions, from the labels
   * that have arrived so far.
   *
   * @param version the version, as predictions and alarms name it
   * @return its figures, of the kind that the {@linkplain Builder#performance policy} states; empty
   *     for a version that the monitor has not seen, or if performance is not watched
   */
  public Optional<Performance> performance(ServedBy version) {
    Objects.requireNonNull(version, "version");
    return Optional.ofNullable(loop.performance(version));
  }

  /**
   * Lists the names of the figures of {@link #performance}.
   *
   * @return figures of the model's kind, then business figures; empty if performance is not
   *     watched; an immutable list
   */
  public List<String> figures() {
    PerformancePolicy policy = settings.measured();
    return policy == null ? List.of() : policy.figures();
  }

  /**
   * Lists what is not watched, so that silence is not mistaken for good news. The list has three
   * kinds of entries: columns of the reference that are never compared; columns that the newest
   * rows lack, or have with another type or on the other side of the model; and labels that cannot
   * be joined. Entries that only the calls can show also raise an alarm, once, of kind {@link
   * Alarm.Kind#CONFIGURATION}.
   *
   * @return each entry with its reason, as of the newest rows; an immutable list, empty if
   *     everything is watched
   */
  public List<NotWatched> notWatched() {
    return loop.notWatched();
  }

  /**
   * {@return the counts of everything that was handled so far, consistent with each other after the
   * last handled batch or labels}
   */
  public MonitorCounts counts() {
    MonitorCounts last = loop.counts();
    return new MonitorCounts(
        last.rows(),
        last.shadows(),
        last.unfit(),
        last.discarded(),
        sampling.leftOut(),
        intake.dropped(),
        intake.failedCalls(),
        intake.emptyCalls(),
        last.clockSetBack(),
        last.labels(),
        alarms.suppressed(),
        failures.count());
  }

  /**
   * {@return the share of the calls whose rows are counted now, above 0; 1 if every row is counted.
   * See {@link Builder#processorShare}}
   */
  public double countedShare() {
    return sampling.share();
  }

  /**
   * {@return the rows and labels that were handed over and not yet processed: how far the monitor
   * lags behind the calls}
   */
  public long waitingRows() {
    return handOff.rows();
  }

  /**
   * {@return the report of the newest complete window of any version; empty before the first one}
   */
  public Optional<WindowReport> newestWindow() {
    return Optional.ofNullable(loop.newestWindow());
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
    return Optional.ofNullable(loop.newestWindow(version));
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
    return loop.comparisons();
  }

  /**
   * {@return the checks of data quality of the newest complete window; empty before the first one,
   * or if data quality is not watched}
   */
  public Optional<QualityReport> newestQuality() {
    return Optional.ofNullable(loop.newestQuality());
  }

  /**
   * Lists the problems that this monitor found.
   *
   * @return the open ones, oldest first, and then the newest 1000 that ended, newest first; an
   *     immutable list, as of the newest judgements
   */
  public List<Episode> episodes() {
    return loop.episodes().all();
  }

  /** The columns by which performance is grouped. */
  List<String> groups() {
    PerformancePolicy policy = settings.measured();
    return policy == null ? List.of() : policy.groups();
  }

  @Nullable Performance performanceSince(Predicate<ServedBy> which, Instant at) {
    return loop.performanceSince(which, at);
  }

  Collection<WindowReport> newestWindows() {
    return loop.newestWindows();
  }

  /**
   * Returns what this monitor remembers of the past, for example for a page: {@code
   * HtmlReport.of(monitor.history()).write(file)}.
   *
   * @return windows, performance and episodes, as of the newest judgements
   */
  public MonitorHistory history() {
    return loop.history(settings.clock().instant());
  }

  /**
   * Notes that somebody deals with a problem. The problem then raises no alarm when it gets worse,
   * but still does if the same column changes in another way.
   *
   * @param episode the id of an open episode
   * @param by who deals with it
   * @throws IllegalArgumentException if no episode of this id is open
   */
  public void acknowledge(String episode, String by) {
    Objects.requireNonNull(episode, "episode");
    Objects.requireNonNull(by, "by");
    if (!loop.acknowledge(episode, by)) {
      throw new IllegalArgumentException(
          "episode: found \"%s\", expected the id of an open one: %s"
              .formatted(
                  episode, episodes().stream().filter(Episode::isOpen).map(Episode::id).toList()));
    }
  }

  /**
   * Makes the rows of the newest complete window the reference, because the change is permanent.
   * With a sliced reference, only slices that have all columns and at least 50 rows in the window
   * are replaced. All episodes of drift end as {@link Episode.Status#ACCEPTED}. The open window is
   * discarded. Waits until the rows that were handed over before are processed.
   *
   * @throws IllegalStateException if no window is complete, the newest one has fewer than 50 rows,
   *     lacks a column of the reference or has no slice to accept, the monitor is closed, or the
   *     calling thread is interrupted
   */
  public void acceptAsReference() {
    AtomicReference<@Nullable RuntimeException> refused = new AtomicReference<>();
    thread.run(
        () -> {
          try {
            loop.acceptNewest(settings.clock().instant());
            if (state != null) {
              state.store();
            }
          } catch (IllegalStateException e) {
            refused.set(e);
          }
        });
    RuntimeException why = refused.get();
    if (why != null) {
      throw new IllegalStateException(why.getMessage(), why);
    }
  }

  /**
   * {@return the profile that rows are compared with: the builder's reference, or the rows that
   * were accepted last; store its bytes for the next start}
   */
  public Profile reference() {
    return loop.baseline().whole();
  }

  /** {@return the slices that rows are compared with; empty if the reference has none} */
  public Optional<SlicedProfile> referenceSlices() {
    return Optional.ofNullable(loop.baseline().slices());
  }

  /**
   * Waits until everything that was handed over before is processed, and until the actions that it
   * caused have run. Called from an action, it does not wait for actions. On a closed monitor it
   * returns at once.
   *
   * @throws IllegalStateException if the calling thread is interrupted; its flag stays set
   */
  public void flush() {
    thread.flush();
    try {
      actions.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for actions", e);
    }
  }

  /**
   * Processes everything that was handed over and ends the monitor's threads. A window that is not
   * full is discarded. Waits for actions for at most the {@linkplain Builder#actionLimit time of
   * one}; called from an action, it does not wait for actions. Later calls are not watched. A
   * second call does nothing.
   */
  @Override
  public void close() {
    thread.close();
    actions.close();
  }

  /**
   * Returns everything that this monitor holds: windows, predictions that wait for their label,
   * labels, figures, episodes, the accepted reference and counts. Waits until the rows and labels
   * that were handed over before are processed. Equal state gives equal bytes.
   *
   * @return a checksummed binary form that {@link Builder#restore} reads
   * @throws IllegalStateException if the monitor is closed or the calling thread is interrupted
   */
  public byte[] snapshot() {
    AtomicReference<byte @Nullable []> taken = new AtomicReference<>();
    thread.run(() -> taken.set(new MonitorBytes(settings).write(loop)));
    byte[] bytes = taken.get();
    if (bytes == null) {
      throw new IllegalStateException(
          "snapshot: the state could not be written; the log has the reason");
    }
    return bytes;
  }

  /** {@return how the state is stored; empty without {@link Builder#stateIn}} */
  public Optional<StateStatus> state() {
    return Optional.ofNullable(state).map(StateKeeper::status);
  }

  /** Describes a monitor. Not thread safe; each {@link #start} starts a separate monitor. */
  public static final class Builder {
    private final Profile reference;
    private final @Nullable SlicedProfile slices;
    private Window window = Window.ofRows(10_000);
    private OncePer falseAlarms = OncePer.rows(1_000_000);
    private @Nullable LabelJoin labels;
    private Clock clock = Clock.systemUTC();
    private @Nullable PerformancePolicy performance;
    private int handOffRows = 250_000;
    private ProcessorLimit limit = ProcessorLimit.of(ProcessorLimit.DEFAULT);
    private DriftPolicy features = DriftPolicy.withDefaults();
    private DriftPolicy outputs = DriftPolicy.withDefaults();
    private QualityPolicy quality = QualityPolicy.withDefaults();
    private @Nullable QualityReference goodRows;
    private Set<Watched> without = Set.of();
    private int alarms = 50;
    private Duration alarmsPer = Duration.ofDays(1);
    private Duration actionLimit = Duration.ofSeconds(30);
    private @Nullable ModelCard card;
    private @Nullable Path folder;
    private Duration snapshotEvery = Duration.ofMinutes(1);
    private byte @Nullable [] restored;
    private double answerTolerance = OutputComparison.TOLERANCE;
    private Output.Maker files = Output::make;
    private LongSupplier nanoTime = System::nanoTime;
    private boolean apart = true;

    private Builder(Profile reference, @Nullable SlicedProfile slices) {
      this.reference = reference;
      this.slices = slices;
    }

    /**
     * Sets the amount of traffic that is compared with the reference at a time. The default is 10
     * 000 rows.
     *
     * @param window the window
     * @return this builder
     */
    public Builder window(Window window) {
      this.window = Objects.requireNonNull(window, "window");
      return this;
    }

    /**
     * Sets the budget of false alarms. The default is one per million rows.
     *
     * @param budget the budget
     * @return this builder
     */
    public Builder falseAlarms(OncePer budget) {
      this.falseAlarms = Objects.requireNonNull(budget, "budget");
      return this;
    }

    /**
     * Requests labels: predictions wait for labels that arrive later, and the performance of each
     * version is judged by {@link #performance}. Without this call no answer and no label is
     * stored.
     *
     * @param join how labels find their predictions
     * @return this builder
     */
    public Builder labels(LabelJoin join) {
      this.labels = Objects.requireNonNull(join, "join");
      return this;
    }

    /**
     * Sets the rules by which answers are compared with labels and versions are judged. The default
     * is {@link PerformancePolicy#binary()}, if labels are requested. Needs {@link #labels}, except
     * for an {@linkplain PerformancePolicy#estimate estimate}.
     *
     * @param policy the kind of model, its output, the window and the bounds
     * @return this builder
     */
    public Builder performance(PerformancePolicy policy) {
      this.performance = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Sets by how much numbers of a shadow may differ from those of the version that serves; see
     * {@link #comparisons}. The default is 0.0001, which finds models that are not the same. 0.05
     * suits probabilities of models that were trained on other data.
     *
     * @param tolerance numbers {@code a} and {@code b} differ if {@code |a - b| > tolerance *
     *     max(1, |a|, |b|)}; 0 or more and finite
     * @return this builder
     * @throws IllegalArgumentException if it is negative or not finite
     */
    public Builder answerTolerance(double tolerance) {
      this.answerTolerance = OutputComparison.checkTolerance(tolerance);
      return this;
    }

    /**
     * Bounds the number of rows that are handed over and not yet processed. The default is 250 000.
     * A larger batch is accepted if the hand-off is empty.
     *
     * @param rows at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is below
     */
    public Builder handOffRows(int rows) {
      this.handOffRows = atLeastOne(rows);
      return this;
    }

    /**
     * Bounds the processor time of the monitor's thread. The default is 0.1, a tenth of one
     * processor. The use is averaged over ten seconds. While the thread stays below the budget,
     * every row is counted. If the load needs more, the monitor counts a uniform sample of the
     * calls: a call is taken or left out by its number, with all of its rows, before they are
     * copied. Rows that are left out are in {@link MonitorCounts#leftOut}, {@link
     * WindowReport#leftOut} and, if labels arrive for them, {@link LabelCounts#leftOut}.
     *
     * <p>Windows and budgets by rows count the rows that were taken. At least one call in 1024 is
     * taken.
     *
     * @param share of one processor, above 0 and at most 1. With 1 a sample is taken only if one
     *     thread cannot count every row
     * @return this builder
     * @throws IllegalArgumentException if the share is out of range
     */
    public Builder processorShare(double share) {
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "share: found " + share + ", expected above 0 and at most 1; see everyRow()");
      }
      this.limit = ProcessorLimit.of(share);
      return this;
    }

    /**
     * Counts every row, whatever processor time it takes, in place of {@link #processorShare}. Rows
     * are then lost only if the hand-off is full.
     *
     * @return this builder
     */
    public Builder everyRow() {
      this.limit = ProcessorLimit.none();
      return this;
    }

    /** Replaces the measurement of the monitor's thread, for tests. */
    Builder metered(double share, ProcessorMeter meter) {
      this.limit = new ProcessorLimit(share, meter);
      return this;
    }

    private static int atLeastOne(int rows) {
      if (rows < 1) {
        throw new IllegalArgumentException("rows: found " + rows + ", expected at least 1");
      }
      return rows;
    }

    /**
     * Sets the rules by which a difference of features and outputs counts as drift: {@link
     * #features} and {@link #outputs} in one.
     *
     * @param policy the rules, as for reports
     * @return this builder
     */
    public Builder policy(DriftPolicy policy) {
      return features(policy).outputs(policy);
    }

    /**
     * Sets the rules by which a difference of features counts as drift: bounds, measures and tests
     * of single columns, key features. The default is {@link DriftPolicy#withDefaults}. The budget
     * of {@link #falseAlarms} replaces its level.
     *
     * @param policy the rules, as for reports
     * @return this builder
     */
    public Builder features(DriftPolicy policy) {
      this.features = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Sets the rules by which a difference of outputs counts as drift, like {@link #features}.
     *
     * @param policy the rules, as for reports
     * @return this builder
     */
    public Builder outputs(DriftPolicy policy) {
      this.outputs = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Sets the rules of data quality. The default is {@link QualityPolicy#withDefaults}: every
     * check that the reference's profile allows, in one row of {@value
     * QualityPolicy#MONITOR_SAMPLING}, or in more rows of small windows. The budget of {@link
     * #falseAlarms} lowers its level.
     *
     * @param policy the rules
     * @return this builder
     */
    public Builder quality(QualityPolicy policy) {
      this.quality = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Sets the rules of data quality, and a reference that learned more from rows than a profile
     * holds.
     *
     * @param reference good rows; {@link #start} rejects it if its profile has other columns than
     *     the monitor's reference
     * @param policy the rules
     * @return this builder
     */
    public Builder quality(QualityReference reference, QualityPolicy policy) {
      this.goodRows = Objects.requireNonNull(reference, "reference");
      return quality(policy);
    }

    private QualitySuite suite() {
      QualityReference known = goodRows == null ? QualityReference.of(reference) : goodRows;
      QualitySuite suite = QualitySuite.of(known, quality);
      return card == null ? suite : card.features().map(suite::withSchema).orElse(suite);
    }

    /**
     * Switches parts of the monitor off. The remaining parts share the budget of {@link
     * #falseAlarms}. A second call replaces the first.
     *
     * @param parts the parts; none for a monitor that watches everything
     * @return this builder
     */
    public Builder without(Watched... parts) {
      this.without = Set.of(Objects.requireNonNull(parts, "parts").clone());
      return this;
    }

    /**
     * Bounds the number of alarms. Those beyond it are not raised but counted, and their episodes
     * are listed like all others. The default is 50 a day.
     *
     * @param alarms at least 1
     * @param per a length of time, by the monitor's clock
     * @return this builder
     * @throws IllegalArgumentException if the number is below 1 or the time is not more than zero
     */
    public Builder alarmLimit(int alarms, Duration per) {
      Objects.requireNonNull(per, "per");
      if (alarms < 1) {
        throw new IllegalArgumentException("alarms: found " + alarms + ", expected at least 1");
      }
      this.alarmsPer = moreThanZero("per", per);
      this.alarms = alarms;
      return this;
    }

    /**
     * Sets the longest time that one action may take. The default is 30 seconds.
     *
     * @param time more than zero
     * @return this builder
     * @throws IllegalArgumentException if the time is not more than zero
     */
    public Builder actionLimit(Duration time) {
      this.actionLimit = moreThanZero("time", time);
      return this;
    }

    private static Duration moreThanZero(String name, Duration time) {
      if (Objects.requireNonNull(time, name).isZero() || time.isNegative()) {
        throw new IllegalArgumentException(name + ": found " + time + ", expected more than zero");
      }
      return time;
    }

    /**
     * Sets the clock that ends windows and the waiting time of predictions. The default is the
     * system's clock.
     *
     * @param clock a clock; a replay may advance it
     * @return this builder
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Sets the card of the model. {@link #start} then rejects a reference with a column that the
     * model neither reads nor answers, for example because its name is misspelt. Columns are looked
     * up in the card's {@linkplain ModelCard#signature signature} and {@linkplain
     * ModelCard#features features}; a card without a signature checks nothing. Leave the card out
     * to watch columns that only travel along with the rows.
     *
     * @param card the card of the model, or of the version that serves first
     * @return this builder
     */
    public Builder card(ModelCard card) {
      this.card = Objects.requireNonNull(card, "card");
      return this;
    }

    /**
     * Stores the state in a folder, so that the next monitor with this folder and the same settings
     * continues where this one ended, even if its process was killed. A label is stored when {@link
     * ModelMonitor#label} returns. Predictions that wait for labels and episodes are stored at
     * once, windows with a snapshot every minute and at their end. If the power fails, the last
     * second may be lost.
     *
     * <p>The reference, window, budget of false alarms, switched-off parts, labels and policy of
     * performance must be those of the stored state. One process at a time can use the folder.
     *
     * @param folder a folder of its own; it is made if it does not exist
     * @return this builder
     */
    public Builder stateIn(Path folder) {
      return stateIn(folder, Duration.ofMinutes(1));
    }

    /**
     * Stores the state like {@link #stateIn(Path)}, with another time between two snapshots.
     *
     * @param folder a folder of its own; it is made if it does not exist
     * @param every the longest time between two snapshots, more than zero. Snapshots take at most a
     *     twentieth of the monitor's thread
     * @return this builder
     * @throws IllegalArgumentException if the time is not more than zero
     */
    public Builder stateIn(Path folder, Duration every) {
      this.folder = Objects.requireNonNull(folder, "folder");
      this.snapshotEvery = moreThanZero("every", every);
      return this;
    }

    /**
     * Starts with the state of a {@link ModelMonitor#snapshot}. The settings must fit as for {@link
     * #stateIn(Path)}.
     *
     * @param snapshot the bytes; they are copied
     * @return this builder
     */
    public Builder restore(byte[] snapshot) {
      this.restored = Objects.requireNonNull(snapshot, "snapshot").clone();
      return this;
    }

    /**
     * Replaces the disk and the time, for tests.
     *
     * @param apart whether a thread of its own waits for the disk
     */
    Builder storing(Output.Maker files, LongSupplier nanoTime, boolean apart) {
      this.files = files;
      this.nanoTime = nanoTime;
      this.apart = apart;
      return this;
    }

    /**
     * Checks the settings and starts the monitor's thread. Problems that only the calls can show,
     * such as a missing column, are reported by {@link ModelMonitor#notWatched} and by an alarm.
     *
     * @return a monitor; the caller closes it after every model that it listens to
     * @throws IllegalArgumentException if the reference has no rows, fewer rows than a comparison
     *     needs, or no column that can be compared; if it holds the key column of the labels, or
     *     the output of the policy as a feature; if a policy of performance needs {@link #labels}
     *     or has a bound of a figure that does not exist; or if the reference, the key or the
     *     output does not fit the {@linkplain #card card}
     */
    public ModelMonitor start() {
      MonitorSettings settings =
          new MonitorSettings(
              reference,
              slices,
              window,
              falseAlarms,
              labels,
              clock,
              performance,
              handOffRows,
              limit,
              features,
              outputs,
              suite(),
              without,
              new AlarmLimit(alarms, alarmsPer),
              actionLimit,
              folder == null
                  ? null
                  : new StateSettings(folder, snapshotEvery, files, nanoTime, apart),
              answerTolerance);
      new SettingsCheck(settings).check(card);
      ModelMonitor monitor = new ModelMonitor(settings, restored);
      monitor.thread.start();
      monitor.actions.start();
      return monitor;
    }
  }
}
