package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelCard;
import io.mlops4j.monitor.performance.Performance;
import io.mlops4j.monitor.profile.Profile;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/**
 * Watches live models: compares their rows with a reference window by window, joins the labels that
 * come later, and raises alarms with evidence.
 *
 * <p>Give it to a model or deployment as a listener; it is lent there, so start it before and close
 * it after. The serving thread only hands rows over and never waits: when the hand-off is full,
 * rows are left out and counted. Everything else happens in the monitor's one thread, {@code
 * mlops4j-monitor}, callbacks included. Nothing that goes wrong in here reaches the serving thread;
 * it is counted in {@link #counts} and logged.
 *
 * <p>Rows of the routes {@code PRIMARY} and {@code CANARY} make up the windows; a {@code SHADOW}'s
 * rows are the same again, so only its performance is followed. Thread safe.
 */
public final class ModelMonitor implements InferenceListener, AutoCloseable {
  private final LabelJoin labels;
  private final Clock clock;
  private final Inbox inbox;
  private final Watcher watcher;
  private final Thread worker;
  private final Failures failures = new Failures();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failedCalls = new LongAdder();

  private ModelMonitor(Builder settings) {
    this.labels = settings.labels;
    this.clock = settings.clock;
    this.inbox = new Inbox(settings.handOffRows);
    this.watcher = new Watcher(settings, failures);
    this.worker = new Thread(this::work, "mlops4j-monitor");
    this.worker.setDaemon(true);
  }

  /**
   * Starts to describe a monitor.
   *
   * @param reference what rows should look like; its bins are used for every window. Leave key and
   *     label columns out of it, and add outputs as such: {@code Profile.builder().add(features,
   *     outputs)}
   * @return a builder with defaults
   */
  public static Builder builder(Profile reference) {
    return new Builder(Objects.requireNonNull(reference, "reference"));
  }

  /**
   * A monitor looks at rows.
   *
   * @return true
   */
  @Override
  public boolean needsRows() {
    return true;
  }

  /**
   * Hands the rows of a call over to the monitor's thread; never waits and never throws.
   *
   * @param event the call
   */
  @Override
  public void onInference(InferenceEvent event) {
    try {
      handOver(event);
    } catch (RuntimeException e) {
      failures.add("cannot take over the rows of a call", e);
    }
  }

  private void handOver(InferenceEvent event) {
    if (event.error() != null) {
      failedCalls.increment();
      return;
    }
    FeatureBatch features = event.features();
    FeatureBatch outputs = event.outputs();
    if (features == null || outputs == null || event.rows() == 0) {
      return;
    }
    Inbox.Answered answered = keep(event, features, outputs);
    int count = event.rows();
    if (!inbox.offer(answered)) {
      answered.close();
      dropped.add(count);
    }
  }

  private Inbox.Answered keep(InferenceEvent event, FeatureBatch features, FeatureBatch outputs) {
    List<PredictionId> ids = labels.keyColumn() == null ? ids(event) : null;
    FeatureBatch keptFeatures = features.retain();
    try {
      return new Inbox.Answered(
          event.servedBy(),
          event.route() == InferenceEvent.Route.SHADOW,
          keptFeatures,
          outputs.retain(),
          ids,
          clock.instant());
    } catch (RuntimeException | Error e) {
      keptFeatures.close();
      throw e;
    }
  }

  private static List<PredictionId> ids(InferenceEvent event) {
    List<PredictionId> ids = new ArrayList<>(event.rows());
    for (int row = 0; row < event.rows(); row++) {
      ids.add(event.id(row));
    }
    return ids;
  }

  /**
   * Adds an action for every alarm from now on. It runs in the monitor's thread; what it throws is
   * counted and logged.
   *
   * @param action for example a deployment's rollback
   */
  public void onAlarm(Consumer<? super Alarm> action) {
    watcher.onAlarm(Objects.requireNonNull(action, "action"));
  }

  /**
   * Adds an action for every alarm of a kind from now on, as {@link #onAlarm(Consumer)} does.
   *
   * @param kind what the alarm is about
   * @param action for {@link Alarm.Kind#PERFORMANCE}, say, a deployment's rollback; rows that drift
   *     are no reason to change the model back
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
   * Adds an action for every window that ends from now on. It runs in the monitor's thread; what it
   * throws is counted and logged.
   *
   * @param action told what the window held
   */
  public void onWindow(Consumer<? super WindowReport> action) {
    watcher.onWindow(Objects.requireNonNull(action, "action"));
  }

  /**
   * Gives the label of a row that is joined by its key.
   *
   * @param key the value of the key column, whole numbers as decimal text
   * @param label 1 for the event that the score predicts, else 0
   * @throws IllegalArgumentException if the label is neither 0 nor 1
   * @throws IllegalStateException if the monitor is closed or joins by prediction id
   */
  public void label(String key, double label) {
    Objects.requireNonNull(key, "key");
    checkJoin(true);
    give(List.of(new Inbox.Label(key, label)));
  }

  /**
   * Gives the label of a row that is joined by its prediction's id.
   *
   * @param id the id that the prediction or the output record carried
   * @param label 1 for the event that the score predicts, else 0
   * @throws IllegalArgumentException if the label is neither 0 nor 1
   * @throws IllegalStateException if the monitor is closed or joins by key
   */
  public void label(PredictionId id, double label) {
    Objects.requireNonNull(id, "id");
    checkJoin(false);
    give(List.of(new Inbox.Label(id, label)));
  }

  /**
   * Gives many labels that are joined by key.
   *
   * @param keysAndLabels the key column and one other column, of numbers 0 and 1 or booleans; only
   *     read
   * @throws IllegalArgumentException if the columns are others, or a key is null or a label neither
   *     0 nor 1; no label was taken
   * @throws IllegalStateException if the monitor is closed or joins by prediction id
   */
  public void labels(FeatureBatch keysAndLabels) {
    Objects.requireNonNull(keysAndLabels, "keysAndLabels");
    checkJoin(true);
    String keyColumn = Objects.requireNonNull(labels.keyColumn());
    FieldVector keyVector = keysAndLabels.column(keyColumn);
    List<FieldVector> others =
        keysAndLabels.root().getFieldVectors().stream().filter(v -> v != keyVector).toList();
    if (others.size() != 1) {
      throw new IllegalArgumentException(
          "labels: found " + others.size() + " columns beside the key, expected one");
    }
    List<Inbox.Label> given = new ArrayList<>(keysAndLabels.rows());
    for (int row = 0; row < keysAndLabels.rows(); row++) {
      String key = Cells.key(keysAndLabels, keyVector, row);
      if (key == null) {
        throw new IllegalArgumentException(
            keyColumn + ": found a null in row " + row + ", expected a key");
      }
      given.add(new Inbox.Label(key, Cells.number(others.get(0), row)));
    }
    give(given);
  }

  private void checkJoin(boolean byKey) {
    String column = labels.keyColumn();
    if (byKey != (column != null)) {
      throw new IllegalStateException(
          "labels: this monitor joins by "
              + (column == null ? "prediction id" : "the key " + column)
              + "; see ModelMonitor.builder(...).labels(...)");
    }
  }

  private void give(List<Inbox.Label> given) {
    for (Inbox.Label label : given) {
      if (label.value() != 0 && label.value() != 1) {
        throw new IllegalArgumentException("label: found " + label.value() + ", expected 0 or 1");
      }
    }
    Inbox.Labels item = new Inbox.Labels(given, clock.instant());
    if (Thread.currentThread() == worker) {
      watcher.handle(item); // an action that gives a label cannot wait for itself
    } else if (!put(item)) {
      throw new IllegalStateException("the monitor is closed");
    }
  }

  private boolean put(Inbox.Item item) {
    try {
      return inbox.put(item);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while handing over to the monitor", e);
    }
  }

  /**
   * How well a version does, by the labels that came so far.
   *
   * @param version as predictions and alarms name it
   * @return its figures; without rows for a version that the monitor has not seen
   */
  public Performance performance(ServedBy version) {
    Objects.requireNonNull(version, "version");
    return watcher.performance(version);
  }

  /**
   * Lists what is not watched, so that its silence is not taken for good news: columns of the
   * reference that are never compared, those that the newest rows do not have, or have with another
   * type or on the other side of the model, and labels that cannot find their rows. What the calls
   * show is also raised once as an alarm of kind {@link Alarm.Kind#CONFIGURATION}.
   *
   * @return each with its reason, as of the newest rows that were handled; an immutable list, empty
   *     when everything is watched
   */
  public List<NotWatched> notWatched() {
    return watcher.notWatched();
  }

  /**
   * What was handled so far.
   *
   * @return a consistent reading as of the last batch or labels
   */
  public MonitorCounts counts() {
    MonitorCounts last = watcher.counts();
    return new MonitorCounts(
        last.rows(),
        dropped.sum(),
        failedCalls.sum(),
        last.labelled(),
        last.unlabelled(),
        last.unmatchedLabels(),
        failures.count());
  }

  /**
   * Waits until everything that was handed over before is handled, actions included. Returns at
   * once from an action, and from a closed monitor.
   *
   * @throws IllegalStateException if the calling thread is interrupted; its flag stays set
   */
  public void flush() {
    if (Thread.currentThread() == worker) {
      return;
    }
    Inbox.Mark mark = new Inbox.Mark(new CountDownLatch(1));
    if (put(mark)) {
      await(mark.reached());
    }
  }

  private static void await(CountDownLatch reached) {
    try {
      reached.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the monitor", e);
    }
  }

  /**
   * Handles what was handed over, then ends the monitor's thread; a window that is not full is
   * given up. Calls that are still made are not watched. A second call does nothing.
   */
  @Override
  public void close() {
    inbox.close();
    if (Thread.currentThread() == worker) {
      return;
    }
    boolean interrupted = false;
    while (worker.isAlive()) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        interrupted = true; // what was handed over is still handled
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    for (Inbox.Item item = inbox.take(); item != null; item = inbox.take()) {
      try {
        watcher.handle(item);
      } catch (RuntimeException | Error e) { // the thread lives on: callers wait for it
        failures.add("cannot handle what was handed over", e);
      } finally {
        item.close();
      }
    }
  }

  /** Describes a monitor. Not thread safe; each {@link #start} makes a monitor of its own. */
  public static final class Builder {
    final Profile reference;
    Window window = Window.ofRows(10_000);
    OncePer falseAlarms = OncePer.rows(1_000_000);
    LabelJoin labels = LabelJoin.byPredictionId();
    private Clock clock = Clock.systemUTC();
    @Nullable String score;
    double minimumRocAuc = Double.NaN;
    int judgeEvery = 1_000;
    int waitingRows = 1_000_000;
    private long handOffRows = 250_000;
    private @Nullable ModelCard card;

    private Builder(Profile reference) {
      this.reference = reference;
    }

    private Builder(Builder from) {
      this(from.reference);
      window = from.window;
      falseAlarms = from.falseAlarms;
      labels = from.labels;
      clock = from.clock;
      score = from.score;
      minimumRocAuc = from.minimumRocAuc;
      judgeEvery = from.judgeEvery;
      waitingRows = from.waitingRows;
      handOffRows = from.handOffRows;
      card = from.card;
    }

    /**
     * States how much traffic is compared with the reference at a time; 10 000 rows unless stated.
     *
     * @param window the window
     * @return this builder
     */
    public Builder window(Window window) {
      this.window = Objects.requireNonNull(window, "window");
      return this;
    }

    /**
     * States the budget of false alarms; once per million rows unless stated.
     *
     * @param budget the budget
     * @return this builder
     */
    public Builder falseAlarms(OncePer budget) {
      this.falseAlarms = Objects.requireNonNull(budget, "budget");
      return this;
    }

    /**
     * States how labels find their predictions; by prediction id within a day unless stated.
     *
     * @param join the join
     * @return this builder
     */
    public Builder labels(LabelJoin join) {
      this.labels = Objects.requireNonNull(join, "join");
      return this;
    }

    /**
     * Names the output that labels are compared with; needed when a model has several
     * floating-point outputs.
     *
     * @param output the output's name
     * @return this builder
     */
    public Builder score(String output) {
      this.score = Objects.requireNonNull(output, "output");
      return this;
    }

    /**
     * States the realised ROC AUC that every version must reach, beyond its sampling error.
     *
     * <p>Without it a version is compared with the best of the earlier ones, less 0.05: both by the
     * ROC AUC of each block of {@link #judgeEvery} labels, as days differ by more than chance among
     * rows. That needs five blocks of an earlier version; until then nothing is judged.
     *
     * @param minimum 0 to 1
     * @return this builder
     * @throws IllegalArgumentException if it is outside
     */
    public Builder minimumRocAuc(double minimum) {
      if (!(minimum >= 0 && minimum <= 1)) {
        throw new IllegalArgumentException("minimum: found " + minimum + ", expected 0 to 1");
      }
      this.minimumRocAuc = minimum;
      return this;
    }

    /**
     * States after how many further labels a version is judged; 1000 unless stated.
     *
     * @param labels at least 20
     * @return this builder
     * @throws IllegalArgumentException if it is below
     */
    public Builder judgeEvery(int labels) {
      if (labels < 20) {
        throw new IllegalArgumentException("labels: found " + labels + ", expected at least 20");
      }
      this.judgeEvery = labels;
      return this;
    }

    /**
     * Bounds how many rows may wait for their label; a million unless stated, about 150 bytes each.
     *
     * @param rows at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is below
     */
    public Builder waitingRows(int rows) {
      this.waitingRows = atLeastOne(rows);
      return this;
    }

    /**
     * Bounds how many rows may be handed over and not yet handled; 250 000 unless stated. A single
     * larger batch is taken when nothing else is there.
     *
     * @param rows at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is below
     */
    public Builder handOffRows(int rows) {
      this.handOffRows = atLeastOne(rows);
      return this;
    }

    private static int atLeastOne(int rows) {
      if (rows < 1) {
        throw new IllegalArgumentException("rows: found " + rows + ", expected at least 1");
      }
      return rows;
    }

    /**
     * Sets the clock by which windows end and labels are late; the system's unless stated.
     *
     * @param clock a clock, which a replay may move
     * @return this builder
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * States the card of the model, so that {@link #start} finds a column of the reference that the
     * model neither reads nor answers, for example because its name is misspelt. Columns are found
     * by the card's {@linkplain ModelCard#signature signature} and {@linkplain ModelCard#features
     * features}; a card without a signature says nothing about them. Leave the card out to watch
     * columns that only travel along with the rows.
     *
     * @param card the card of the model, or of the version that serves first
     * @return this builder
     */
    public Builder card(ModelCard card) {
      this.card = Objects.requireNonNull(card, "card");
      return this;
    }

    /**
     * Checks the settings and starts the monitor's thread. What only the calls can show, such as a
     * column that they lack, is reported by {@link ModelMonitor#notWatched} and by an alarm.
     *
     * @return a monitor, which the caller closes after every model that it listens to
     * @throws IllegalArgumentException if the reference has no rows, fewer than a comparison needs
     *     or no column that can be compared; if it holds the key column of the labels, or the score
     *     as a feature; or if it, the key or the score does not fit the {@linkplain #card card}
     */
    public ModelMonitor start() {
      new MonitorCheck(this).check(card);
      ModelMonitor monitor = new ModelMonitor(new Builder(this));
      monitor.worker.start();
      return monitor;
    }
  }
}
