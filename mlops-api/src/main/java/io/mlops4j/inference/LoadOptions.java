package io.mlops4j.inference;

import io.mlops4j.model.Device;
import io.mlops4j.model.FeatureSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a model is loaded. Immutable: every method returns a changed copy. */
public final class LoadOptions {
  private static final int ABANDONED_RUNS = 4;
  private static final LoadOptions DEFAULTS = new LoadOptions(new Draft());

  private final @Nullable FeatureSchema features;
  private final List<InferenceListener> listeners;
  private final @Nullable String engine;
  private final List<Device> devices;
  private final @Nullable String signature;
  private final @Nullable Duration deadline;
  private final boolean cached;
  private final boolean trusted;
  private final boolean warmUp;
  private final boolean profiled;
  private final MicroBatching microBatching;
  private final boolean independentRows;
  private final @Nullable Closing closing;
  private final int abandonedRuns;
  private final Set<String> operations;

  private LoadOptions(Draft draft) {
    this.features = draft.features;
    this.listeners = List.copyOf(draft.listeners);
    this.engine = draft.engine;
    this.devices = List.copyOf(draft.devices);
    this.signature = draft.signature;
    this.deadline = draft.deadline;
    this.cached = draft.cached;
    this.trusted = draft.trusted;
    this.warmUp = draft.warmUp;
    this.profiled = draft.profiled;
    this.microBatching = draft.microBatching;
    this.independentRows = draft.independentRows;
    this.closing = draft.closing;
    this.abandonedRuns = draft.abandonedRuns;
    this.operations = Set.copyOf(draft.operations);
  }

  /** What a changed copy is made from. */
  private static final class Draft {
    private @Nullable FeatureSchema features;
    private List<? extends InferenceListener> listeners = List.of();
    private @Nullable String engine;
    private List<Device> devices = List.of();
    private @Nullable String signature;
    private @Nullable Duration deadline;
    private boolean cached = true;
    private boolean trusted = true;
    private boolean warmUp;
    private boolean profiled;
    private MicroBatching microBatching = MicroBatching.upTo(1);
    private boolean independentRows;
    private @Nullable Closing closing;
    private int abandonedRuns;
    private Set<String> operations = Set.of();
  }

  private LoadOptions with(Consumer<Draft> change) {
    Draft draft = new Draft();
    draft.features = features;
    draft.listeners = listeners;
    draft.engine = engine;
    draft.devices = devices;
    draft.signature = signature;
    draft.deadline = deadline;
    draft.cached = cached;
    draft.trusted = trusted;
    draft.warmUp = warmUp;
    draft.profiled = profiled;
    draft.microBatching = microBatching;
    draft.independentRows = independentRows;
    draft.closing = closing;
    draft.abandonedRuns = abandonedRuns;
    draft.operations = operations;
    change.accept(draft);
    return new LoadOptions(draft);
  }

  /**
   * Columns meet inputs by name, the first engine that knows the format, its default device.
   *
   * @return the options that a load without options uses
   */
  public static LoadOptions withDefaults() {
    return DEFAULTS;
  }

  /**
   * States how columns meet the model's inputs; overrides the card's schema.
   *
   * @param schema columns, gather order, null policy, keys
   * @return a changed copy
   */
  public LoadOptions features(FeatureSchema schema) {
    Objects.requireNonNull(schema, "schema");
    return with(draft -> draft.features = schema);
  }

  /**
   * Adds a listener, which is lent: it must outlive the model.
   *
   * @param listener told of every call
   * @return a changed copy
   */
  public LoadOptions listener(InferenceListener listener) {
    List<InferenceListener> more = new ArrayList<>(listeners);
    more.add(Objects.requireNonNull(listener, "listener"));
    return with(draft -> draft.listeners = more);
  }

  /**
   * Replaces the listeners, as for one that stands before another.
   *
   * @param listeners told of every call; lent: they must outlive the model
   * @return a changed copy
   */
  public LoadOptions withListeners(List<? extends InferenceListener> listeners) {
    Objects.requireNonNull(listeners, "listeners");
    return with(draft -> draft.listeners = listeners);
  }

  /**
   * Chooses an engine where two know the format.
   *
   * @param name the engine's name
   * @return a changed copy
   */
  public LoadOptions engine(String name) {
    Objects.requireNonNull(name, "name");
    return with(draft -> draft.engine = name);
  }

  /**
   * Asks for devices by name. One name alone is required: the model runs on that device, whole, or
   * is not loaded. Of several, the first that is there is taken; operators that it does not know
   * run on those named behind it; no other device is ever used. So {@code device("cuda")} refuses a
   * model of which a part needs the CPU, and {@code device("cuda", "cpu")} takes it, and runs it on
   * the CPU where there is no GPU. {@link Model#placement} tells what came of it.
   *
   * @param preferred device names, the best first: of ONNX Runtime {@code cpu}, {@code cuda},
   *     {@code tensorrt}, {@code coreml}, {@code directml}, {@code openvino}, {@code rocm}, {@code
   *     xnnpack}, the second GPU as {@code cuda:1}; of TensorFlow {@code cpu}. A name that no
   *     engine knows is refused when the model is loaded. None means the engine's default
   * @return a changed copy
   * @throws IllegalArgumentException if one is no name of a device
   */
  public LoadOptions device(String... preferred) {
    Objects.requireNonNull(preferred, "preferred");
    List<Device> named = List.of(preferred).stream().map(Device::of).toList();
    return with(draft -> draft.devices = named);
  }

  /**
   * Asks for devices with settings, as {@link #device(String...)} does for names.
   *
   * @param first the best
   * @param others what may be used when it is not there, and for what it cannot run
   * @return a changed copy
   */
  public LoadOptions device(Device first, Device... others) {
    Objects.requireNonNull(others, "others");
    List<Device> all = new ArrayList<>();
    all.add(Objects.requireNonNull(first, "first"));
    all.addAll(List.of(others));
    return with(draft -> draft.devices = all);
  }

  /**
   * Chooses one of the signatures of a TensorFlow SavedModel. Without it, that is {@code
   * serving_default}, or the only one.
   *
   * @param key the signature's key
   * @return a changed copy
   */
  public LoadOptions signature(String key) {
    Objects.requireNonNull(key, "key");
    return with(draft -> draft.signature = key);
  }

  /**
   * Keeps this model out of the runtime's {@link io.mlops4j.model.ModelCache}: what is loaded are
   * the bytes of the model itself, digested now, and nothing of it is written.
   *
   * @return a changed copy
   */
  public LoadOptions uncached() {
    return with(draft -> draft.cached = false);
  }

  /**
   * Gives up with {@link io.mlops4j.error.ModelLoadException} when reading, preparing and warming
   * the model take longer. What an engine does while it opens a model cannot be cancelled: it goes
   * on in a thread of its own, what comes of it is closed at once, and the runtime tells at its
   * close if it still does. As many such as the runtime has threads, and further loads with a
   * deadline are refused.
   *
   * @param deadline more than zero, from the moment of the call
   * @return a changed copy
   * @throws IllegalArgumentException if it is zero or negative
   */
  public LoadOptions within(Duration deadline) {
    Objects.requireNonNull(deadline, "deadline");
    if (deadline.isZero() || deadline.isNegative()) {
      throw new IllegalArgumentException(
          "deadline: found " + deadline + ", expected more than zero");
    }
    return with(draft -> draft.deadline = deadline);
  }

  /**
   * For a model whose maker is not trusted: constants are not folded while it is loaded, so that a
   * file of a few lines cannot ask for minutes of work then, and nothing of it enters a cache of
   * models. Its runs do that work, and calls with a deadline return at it ({@link
   * #strictDeadlines()}). An ONNX model so loaded may be slower, and answers the same. A TensorFlow
   * SavedModel is loaded as without this: it may run only what computes ({@link #allowOperations}),
   * but may end the process.
   *
   * @return a changed copy
   */
  public LoadOptions untrusted() {
    return with(
        draft -> {
          draft.trusted = false;
          draft.cached = false;
          draft.abandonedRuns = abandonedRuns == 0 ? ABANDONED_RUNS : abandonedRuns;
        });
  }

  /**
   * Allows a TensorFlow SavedModel operations that no SavedModel may run unless asked, because they
   * can do more than compute: read or write files, wait, call others. What is refused names them.
   *
   * @param names operations as TensorFlow calls them, for example {@code
   *     InitializeTableFromTextFileV2}, which reads a vocabulary from a file
   * @return a changed copy, which also allows what was allowed before
   */
  public LoadOptions allowOperations(String... names) {
    Objects.requireNonNull(names, "names");
    Set<String> all = new HashSet<>(operations);
    all.addAll(List.of(names));
    return with(draft -> draft.operations = all);
  }

  /**
   * Asks the model once with zeros and empty texts before it is given out, so that the first
   * request is not the slow one. Listeners do not hear of it; a model that does not answer such
   * values stays cold. A deployment warms its models without being told.
   *
   * @return a changed copy
   */
  public LoadOptions warmedUp() {
    return with(draft -> draft.warmUp = true);
  }

  /**
   * Runs the model once on zeros and empty texts while it is loaded, and counts how many of its
   * nodes each device ran: {@link io.mlops4j.model.Placement#nodesByDevice()}. ONNX Runtime writes
   * its profile to a file, in a temporary folder of this user's own that is deleted at once; such a
   * model does not come from a {@link io.mlops4j.model.ModelCache}. Where the model does not answer
   * such values within a minute, nothing is counted. TensorFlow does not count.
   *
   * @return a changed copy
   */
  public LoadOptions profiled() {
    return with(draft -> draft.profiled = true);
  }

  /**
   * Answers single records, and small batches, that pile up in one run. Without it, each is asked
   * alone.
   *
   * @param batching how many, and how long they may wait
   * @return a changed copy
   */
  public LoadOptions microBatching(MicroBatching batching) {
    Objects.requireNonNull(batching, "batching");
    return with(draft -> draft.microBatching = batching);
  }

  /**
   * States that the answer for a row does not depend on the rows beside it, as of nearly all
   * models: then a batch of more than some thousand rows is split, and its pieces are answered by
   * all threads of the runtime that are idle. Their answers may differ from those of the whole in
   * their last bits, where an engine chooses another way for another number of rows. A model that
   * returns text, sequences or maps is asked as without this.
   *
   * @return a changed copy
   */
  public LoadOptions independentRows() {
    return with(draft -> draft.independentRows = true);
  }

  /**
   * Chooses what closing the model does about calls that still run. Without it, that is what its
   * runtime was told, and else to wait.
   *
   * @param closing wait, refuse, or end them after a while
   * @return a changed copy
   */
  public LoadOptions closing(Closing closing) {
    Objects.requireNonNull(closing, "closing");
    return with(draft -> draft.closing = closing);
  }

  /**
   * Returns calls at their deadline even if the engine goes on, as {@link #strictDeadlines(int)}
   * does with up to 4 abandoned runs. {@link #untrusted()} includes this.
   *
   * @return a changed copy
   */
  public LoadOptions strictDeadlines() {
    return strictDeadlines(ABANDONED_RUNS);
  }

  /**
   * Returns calls at their deadline even if the engine goes on. ONNX Runtime ends a run only
   * between two operators, and TensorFlow not at all. Without this setting, a call whose deadline
   * has passed waits until its run ends.
   *
   * <p>A call with a deadline ({@link CallOptions#within}) then runs in another thread, which adds
   * the time of a hand-over to it; a call without a deadline runs as before. If the call ends
   * before its run (at its deadline, when it is cancelled, or when {@link Closing} ends it), the
   * run is abandoned: it goes on in its thread, keeps its memory and the memory of its batch, and
   * its answer is dropped. {@link ModelFigures#abandonedRuns} counts such runs. Do not write to the
   * columns of a batch whose run may have been abandoned.
   *
   * <p>While a model has as many abandoned runs as allowed, its calls with a deadline are rejected
   * with {@link io.mlops4j.error.OverloadedException}. Calls that run at that moment are not
   * rejected, so their runs may come on top. Closing the model waits for abandoned runs, or not, as
   * {@link Closing} says. Nothing that a run uses is freed before the run has ended.
   *
   * @param abandonedRuns how many abandoned runs make the model reject calls, 1 or more
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public LoadOptions strictDeadlines(int abandonedRuns) {
    if (abandonedRuns < 1) {
      throw new IllegalArgumentException(
          "abandonedRuns: found " + abandonedRuns + ", expected 1 or more");
    }
    return with(draft -> draft.abandonedRuns = abandonedRuns);
  }

  /**
   * How many abandoned runs make the model reject calls with a deadline.
   *
   * @return 1 or more; 0 if calls wait for their runs even after their deadline
   */
  public int abandonedRuns() {
    return abandonedRuns;
  }

  /**
   * How columns meet the model's inputs.
   *
   * @return empty when the card or names alone decide
   */
  public Optional<FeatureSchema> features() {
    return Optional.ofNullable(features);
  }

  /**
   * Who is told of every call.
   *
   * @return an unmodifiable list
   */
  public List<InferenceListener> listeners() {
    return listeners;
  }

  /**
   * The engine that was chosen.
   *
   * @return empty for the first that knows the format
   */
  public Optional<String> engine() {
    return Optional.ofNullable(engine);
  }

  /**
   * The devices that were asked for.
   *
   * @return an unmodifiable list; empty means the engine's default
   */
  public List<Device> devices() {
    return devices;
  }

  /**
   * The signature that was chosen.
   *
   * @return empty for the model's default
   */
  public Optional<String> signature() {
    return Optional.ofNullable(signature);
  }

  /**
   * Whether the model may come from the runtime's cache, if it has one.
   *
   * @return false after {@link #uncached()} or {@link #untrusted()}
   */
  public boolean cached() {
    return cached;
  }

  /**
   * How long loading may take.
   *
   * @return empty without a limit
   */
  public Optional<Duration> deadline() {
    return Optional.ofNullable(deadline);
  }

  /**
   * Whether the model may let the engine work while it is loaded.
   *
   * @return false after {@link #untrusted()}
   */
  public boolean trusted() {
    return trusted;
  }

  /**
   * Whether the model is asked once before it is given out.
   *
   * @return true after {@link #warmedUp()}
   */
  public boolean warmUp() {
    return warmUp;
  }

  /**
   * Whether the nodes that each device runs are counted.
   *
   * @return true after {@link #profiled()}
   */
  public boolean isProfiled() {
    return profiled;
  }

  /**
   * How single records that pile up are asked.
   *
   * @return up to one row unless set
   */
  public MicroBatching microBatching() {
    return microBatching;
  }

  /**
   * Whether large batches may be split.
   *
   * @return true after {@link #independentRows()}
   */
  public boolean hasIndependentRows() {
    return independentRows;
  }

  /**
   * What closing the model does about calls that still run.
   *
   * @return empty when the runtime decides
   */
  public Optional<Closing> closing() {
    return Optional.ofNullable(closing);
  }

  /**
   * The operations that this model may run beyond those that every model may.
   *
   * @return names, often none
   */
  public Set<String> operations() {
    return operations;
  }
}
