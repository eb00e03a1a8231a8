package io.mlops4j.monitor;

import io.mlops4j.model.ModelCard;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.MonitorCore;
import io.mlops4j.monitor.live.MonitorSettings;
import io.mlops4j.monitor.live.SettingsCheck;
import io.mlops4j.monitor.live.alarm.AlarmLimit;
import io.mlops4j.monitor.live.intake.ProcessorLimit;
import io.mlops4j.monitor.live.intake.ProcessorMeter;
import io.mlops4j.monitor.live.state.Output;
import io.mlops4j.monitor.live.state.StateSettings;
import io.mlops4j.monitor.performance.LabelCounts;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.quality.QualityPolicy;
import io.mlops4j.monitor.quality.QualityReference;
import io.mlops4j.monitor.quality.QualitySuite;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.rollout.internal.OutputComparison;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Describes a monitor; see {@link ModelMonitor#builder}. Not thread safe; each {@link #start}
 * starts a separate monitor.
 */
public final class MonitorBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(ModelMonitor.class);

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
  private @Nullable Reference learned;
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

  MonitorBuilder(Profile reference, @Nullable SlicedProfile slices) {
    this.reference = reference;
    this.slices = slices;
  }

  MonitorBuilder(Reference reference) {
    this(reference.profile(), reference.slices().orElse(null));
    this.learned = reference;
    this.window = Window.of(reference.window());
    this.goodRows = reference.quality();
  }

  /**
   * Sets the amount of traffic that is compared with the reference at a time. The default is that
   * of the {@link Reference}, or 10 000 rows if the monitor was given a profile.
   *
   * @param window the window; {@link #start} rejects one of fewer rows than the {@linkplain
   *     io.mlops4j.monitor.drift.DriftPolicy#withMinimumRows policy} needs for a verdict
   * @return this builder
   */
  public MonitorBuilder window(Window window) {
    this.window = Objects.requireNonNull(window, "window");
    return this;
  }

  /**
   * Sets the budget of false alarms. The default is one per million rows.
   *
   * @param budget the budget
   * @return this builder
   */
  public MonitorBuilder falseAlarms(OncePer budget) {
    this.falseAlarms = Objects.requireNonNull(budget, "budget");
    return this;
  }

  /**
   * Requests labels: predictions wait for labels that arrive later, and the performance of each
   * version is judged by {@link #performance}. Without this call no answer and no label is stored.
   *
   * @param join how labels find their predictions
   * @return this builder
   */
  public MonitorBuilder labels(LabelJoin join) {
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
  public MonitorBuilder performance(PerformancePolicy policy) {
    this.performance = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Sets by how much numbers of a shadow may differ from those of the version that serves; see
   * {@link ModelMonitor#comparisons}. The default is 0.0001, which finds models that are not the
   * same. 0.05 suits probabilities of models that were trained on other data.
   *
   * @param tolerance numbers {@code a} and {@code b} differ if {@code |a - b| > tolerance * max(1,
   *     |a|, |b|)}; 0 or more and finite
   * @return this builder
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public MonitorBuilder answerTolerance(double tolerance) {
    this.answerTolerance = OutputComparison.checkTolerance(tolerance);
    return this;
  }

  /**
   * Bounds the number of rows that are handed over and not yet processed. The default is 250 000. A
   * larger batch is accepted if the hand-off is empty.
   *
   * @param rows at least 1
   * @return this builder
   * @throws IllegalArgumentException if it is below
   */
  public MonitorBuilder handOffRows(int rows) {
    this.handOffRows = atLeastOne(rows);
    return this;
  }

  /**
   * Bounds the processor time of the monitor's thread. The default is 0.05, a twentieth of one
   * processor. The use is averaged over ten seconds, but for a second of processor time at the
   * start. While the thread stays below the budget, every row is counted. If the load needs more,
   * the monitor counts a uniform sample of the calls: a call is taken or left out by its number,
   * with all of its rows, before they are copied. Rows that are left out are in {@link
   * MonitorCounts#leftOut}, {@link WindowReport#leftOut} and, if labels arrive for them, {@link
   * LabelCounts#leftOut}.
   *
   * <p>Windows and budgets by rows count the rows that were taken. At least one call in 1024 is
   * taken.
   *
   * @param share of one processor, above 0 and at most 1. With 1 a sample is taken only if one
   *     thread cannot count every row
   * @return this builder
   * @throws IllegalArgumentException if the share is out of range
   */
  public MonitorBuilder processorShare(double share) {
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
  public MonitorBuilder everyRow() {
    this.limit = ProcessorLimit.none();
    return this;
  }

  /** Replaces the measurement of the monitor's thread, for tests. */
  MonitorBuilder metered(double share, ProcessorMeter meter) {
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
   * Sets the rules by which a difference of features and outputs counts as drift: {@link #features}
   * and {@link #outputs} in one.
   *
   * @param policy the rules, as for reports
   * @return this builder
   */
  public MonitorBuilder policy(DriftPolicy policy) {
    return features(policy).outputs(policy);
  }

  /**
   * Sets the rules by which a difference of features counts as drift: bounds, measures and tests of
   * single columns, key features. The default is {@link DriftPolicy#withDefaults}. The budget of
   * {@link #falseAlarms} replaces its level.
   *
   * @param policy the rules, as for reports
   * @return this builder
   */
  public MonitorBuilder features(DriftPolicy policy) {
    this.features = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Sets the rules by which a difference of outputs counts as drift, like {@link #features}.
   *
   * @param policy the rules, as for reports
   * @return this builder
   */
  public MonitorBuilder outputs(DriftPolicy policy) {
    this.outputs = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Sets the rules of data quality. The default is {@link QualityPolicy#withDefaults}: every check
   * that the reference's profile allows, in one row of {@value QualityPolicy#MONITOR_SAMPLING}, or
   * in more rows of small windows. The budget of {@link #falseAlarms} lowers its level.
   *
   * @param policy the rules
   * @return this builder
   */
  public MonitorBuilder quality(QualityPolicy policy) {
    this.quality = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Sets the rules of data quality, and a reference that learned more from rows than a profile
   * holds. A {@link Reference} has one already.
   *
   * @param reference good rows; {@link #start} rejects it if its profile has other columns than the
   *     monitor's reference
   * @param policy the rules
   * @return this builder
   */
  public MonitorBuilder quality(QualityReference reference, QualityPolicy policy) {
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
  public MonitorBuilder without(Watched... parts) {
    this.without = Set.of(Objects.requireNonNull(parts, "parts").clone());
    return this;
  }

  /**
   * Bounds the number of alarms. Those beyond it are not raised but counted, and their incidents
   * are listed like all others. They are raised later if their problem is still found then and was
   * not acknowledged. The default is 50 a day.
   *
   * @param alarms at least 1
   * @param per a length of time, by the monitor's clock
   * @return this builder
   * @throws IllegalArgumentException if the number is below 1 or the time is not more than zero
   */
  public MonitorBuilder alarmLimit(int alarms, Duration per) {
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
  public MonitorBuilder actionLimit(Duration time) {
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
  public MonitorBuilder clock(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Sets the card of the model. {@link #start} then rejects a reference with a column that the
   * model neither reads nor answers, for example because its name is misspelt. Columns are looked
   * up in the card's {@linkplain ModelCard#signature signature} and {@linkplain ModelCard#features
   * features}; a card without a signature checks nothing. Leave the card out to watch columns that
   * only travel along with the rows.
   *
   * @param card the card of the model, or of the version that serves first
   * @return this builder
   */
  public MonitorBuilder card(ModelCard card) {
    this.card = Objects.requireNonNull(card, "card");
    return this;
  }

  /**
   * Stores the state in a folder, so that the next monitor with this folder and the same settings
   * continues where this one ended, even if its process was killed. A label is stored when {@link
   * ModelMonitor#label} returns. Predictions that wait for labels and incidents are stored at once,
   * windows with a snapshot every minute and at their end. If the power fails, the last second may
   * be lost.
   *
   * <p>The reference, window, budget of false alarms, switched-off parts, labels and policy of
   * performance must be those of the stored state. One process at a time can use the folder.
   *
   * @param folder a folder of its own; it is made if it does not exist
   * @return this builder
   */
  public MonitorBuilder stateIn(Path folder) {
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
  public MonitorBuilder stateIn(Path folder, Duration every) {
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
  public MonitorBuilder restore(byte[] snapshot) {
    this.restored = Objects.requireNonNull(snapshot, "snapshot").clone();
    return this;
  }

  /**
   * Replaces the disk and the time, for tests.
   *
   * @param apart whether a thread of its own waits for the disk
   */
  MonitorBuilder storing(Output.Maker files, LongSupplier nanoTime, boolean apart) {
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
   *     needs, or no column that can be compared; if the window has fewer rows than that; if the
   *     reference holds the key column of the labels, or the output of the policy as a feature; if
   *     a policy of performance needs {@link #labels} or has a bound of a figure that does not
   *     exist; or if the reference, the key or the output does not fit the {@linkplain #card card}
   */
  public ModelMonitor start() {
    if (performance != null) {
      performance.check();
    }
    PerformancePolicy policy =
        performance == null && labels != null ? PerformancePolicy.binary() : performance;
    MonitorSettings settings =
        new MonitorSettings(
            reference,
            slices,
            window.span(),
            falseAlarms.budget(),
            labels == null ? null : labels.rule(),
            clock,
            policy == null ? null : policy.rules(),
            handOffRows,
            limit,
            features,
            outputs,
            suite(),
            new MonitorSettings.Parts(
                !without.contains(Watched.FEATURES),
                !without.contains(Watched.OUTPUTS),
                !without.contains(Watched.QUALITY),
                !without.contains(Watched.PERFORMANCE)),
            new TreeSet<>(without).toString(),
            new AlarmLimit(alarms, alarmsPer),
            actionLimit,
            folder == null
                ? null
                : new StateSettings(folder, snapshotEvery, files, nanoTime, apart),
            answerTolerance,
            Math.min(window.span().rows(), learned == null ? Long.MAX_VALUE : learned.windowRows()),
            learned == null ? null : learned(learned));
    new SettingsCheck(settings).check(card);
    MonitorCore core = MonitorCore.start(settings, restored);
    String known = core.loop().reference(); // the state may have accepted rows
    if (known != null) {
      LOG.info("monitor: {}", known);
    }
    return new ModelMonitor(core);
  }

  private MonitorSettings.Learned learned(Reference from) {
    boolean itsWindow = window.span().equals(Window.of(from.window()).span());
    return new MonitorSettings.Learned(
        from.isShort() && !itsWindow
            ? from + "; windows of another length than its own do not narrow the bounds"
            : from.toString(),
        from.boundFactors(),
        from.isShort() && itsWindow);
  }
}
