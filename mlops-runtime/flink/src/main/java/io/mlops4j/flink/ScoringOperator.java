package io.mlops4j.flink;

import io.mlops4j.error.MlopsException;
import io.mlops4j.inference.RowModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.runtime.operators.coordination.OperatorEventHandler;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Scores rows in batches, in their order. A batch is scored when it is full, when its oldest row
 * has waited long enough, and before a watermark, a barrier or the end passes. So a checkpoint
 * never has rows of a batch, and its state is one version: that of the rows behind its barrier.
 *
 * <p>One thread, that of the task. Versions are loaded by other threads.
 */
final class ScoringOperator<T, I extends Record, O extends Record>
    extends AbstractStreamOperator<Scored<T, O>>
    implements OneInputStreamOperator<T, Scored<T, O>>, BoundedOneInput, OperatorEventHandler {
  private static final long serialVersionUID = 1L;
  private static final String VERSION = "version";
  private static final String DIGEST = "digest";

  private final ScoringPlan<T, I, O> plan;
  private final transient OperatorEventGateway coordinator;
  private final transient StreamOperatorParameters<?> parameters;

  private transient @Nullable BroadcastState<String, String> state;
  private transient @Nullable SubtaskVersions versions;
  private transient @Nullable RowModel<I, O> model;
  private transient @Nullable WindowProfiles<I, O> profiles;
  private transient @Nullable SubtaskFigures figures;
  private transient @Nullable TypeSerializer<T> copier;
  private transient List<StreamRecord<T>> waiting = new ArrayList<>();
  private transient List<I> rows = new ArrayList<>();
  private transient boolean timed;

  ScoringOperator(
      StreamOperatorParameters<Scored<T, O>> parameters,
      ScoringPlan<T, I, O> plan,
      OperatorEventGateway coordinator) {
    super(parameters);
    this.plan = plan;
    this.coordinator = coordinator;
    this.parameters = parameters;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    // All subtasks have the same at each complete checkpoint, so each may restore that of any
    // other.
    // With union state, Flink would complete no checkpoint while a part of the subtasks has ended.
    BroadcastState<String, String> stored =
        context
            .getOperatorStateStore()
            .getBroadcastState(
                new MapStateDescriptor<>("mlops4j-model", Types.STRING, Types.STRING));
    state = stored;
    PinnedModel first =
        stored.contains(VERSION)
            ? new PinnedModel(stored.get(VERSION), stored.get(DIGEST))
            : plan.first();
    getRuntimeContext()
        .registerUserCodeClassLoaderReleaseHookIfAbsent(
            "mlops4j-models", TaskManagerModels::closeIdle);
    versions =
        new SubtaskVersions(
            plan.registry(),
            model -> model.rows(plan.inputs(), plan.outputs()),
            first,
            coordinator,
            parameters.getMailboxExecutor());
  }

  @Override
  public void open() throws Exception {
    super.open();
    if (getRuntimeContext().isObjectReuseEnabled()) {
      copier = getOperatorConfig().getTypeSerializerIn(0, getUserCodeClassloader());
    }
    figures = new SubtaskFigures(getMetricGroup().addGroup("mlops4j"), () -> version());
    bind();
    ScoringPlan.DriftPlan drift = plan.drift();
    if (drift != null) {
      profiles =
          new WindowProfiles<>(
              plan, drift, versions().current().runtime().allocator(), output, figures());
    }
  }

  private void bind() {
    model = versions().current().model().rows(plan.inputs(), plan.outputs());
  }

  private SubtaskVersions versions() {
    return Objects.requireNonNull(versions);
  }

  private SubtaskFigures figures() {
    return Objects.requireNonNull(figures);
  }

  private String version() {
    return versions().current().pinned().version();
  }

  @Override
  public void handleOperatorEvent(OperatorEvent event) {
    versions().handle((VersionEvent) event);
  }

  @Override
  public void processElement(StreamRecord<T> element) throws Exception {
    TypeSerializer<T> copies = copier;
    T value = copies == null ? element.getValue() : copies.copy(element.getValue());
    StreamRecord<T> row = element.copy(value);
    I features;
    try {
      features =
          Objects.requireNonNull(
              plan.features().map(value), "the function of the features returned null");
    } catch (Exception e) {
      score(); // rows leave in their order
      reject(row, e);
      return;
    }
    waiting.add(row);
    rows.add(features);
    if (rows.size() >= plan.rows()) {
      score();
    } else if (!timed) {
      scoreSoon();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Flink fails the task if the timer does
  private void scoreSoon() {
    timed = true;
    long at = getProcessingTimeService().getCurrentProcessingTime() + plan.longest().toMillis();
    getProcessingTimeService()
        .registerTimer(
            at,
            now -> {
              timed = false;
              score();
            });
  }

  private void score() throws Exception {
    if (rows.isEmpty()) {
      return;
    }
    List<StreamRecord<T>> from = waiting;
    List<I> batch = rows;
    waiting = new ArrayList<>(plan.rows());
    rows = new ArrayList<>(plan.rows());
    List<O> answers;
    try {
      answers = predict(batch);
    } catch (MlopsException | IllegalArgumentException e) {
      if (plan.rejected() == null && batch.size() == 1) {
        throw e;
      }
      scoreOneByOne(from, batch);
      return;
    }
    emit(from, batch, answers);
  }

  /** Finds the rows that made a batch fail. The others are answered. */
  private void scoreOneByOne(List<StreamRecord<T>> from, List<I> batch) throws Exception {
    for (int i = 0; i < batch.size(); i++) {
      List<O> answers;
      List<I> row = batch.subList(i, i + 1);
      try {
        answers = predict(row);
      } catch (MlopsException | IllegalArgumentException e) {
        reject(from.get(i), e);
        continue;
      }
      emit(from.subList(i, i + 1), row, answers);
    }
  }

  private List<O> predict(List<I> batch) {
    long begin = System.nanoTime();
    List<O> answers = Objects.requireNonNull(model).predict(batch);
    figures().called(batch.size(), System.nanoTime() - begin);
    return answers;
  }

  private void emit(List<StreamRecord<T>> from, List<I> batch, List<O> answers) {
    String version = version();
    for (int i = 0; i < from.size(); i++) {
      StreamRecord<T> row = from.get(i);
      output.collect(row.copy(null).replace(new Scored<>(row.getValue(), answers.get(i), version)));
    }
    WindowProfiles<I, O> counted = profiles;
    if (counted != null) {
      counted.add(batch, answers, from, version);
    }
  }

  private void reject(StreamRecord<T> row, Exception why) throws Exception {
    if (plan.rejected() == null) {
      throw why;
    }
    figures().rejected();
    output.collect(
        plan.rejected(),
        row.copy(null)
            .replace(
                new Rejected<>(
                    row.getValue(),
                    why.getClass().getSimpleName(),
                    String.valueOf(why.getMessage()),
                    version())));
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    score();
    if (profiles != null) {
      profiles.watermark(mark.getTimestamp(), version());
    }
    super.processWatermark(mark);
  }

  /** Flink calls this before the barrier leaves, so all of this belongs to the checkpoint. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    super.prepareSnapshotPreBarrier(checkpoint);
    flush();
  }

  private void flush() throws Exception {
    score();
    if (profiles != null) {
      profiles.sendAll(version());
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    SubtaskVersions all = versions();
    if (all.changeAt(context.getCheckpointId())) {
      bind();
      figures().changed();
    }
    PinnedModel next = all.current().pinned();
    BroadcastState<String, String> stored = Objects.requireNonNull(state);
    stored.put(VERSION, next.version());
    stored.put(DIGEST, next.digest());
  }

  @Override
  public void endInput() throws Exception {
    flush();
  }

  @Override
  public void finish() throws Exception {
    flush();
    super.finish();
  }

  @Override
  public void close() throws Exception {
    model = null;
    if (versions != null) {
      versions.close();
    }
    super.close();
  }
}
