package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.MlopsException;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A loaded model: a session with the objects that it needs.
 *
 * <p>Closing a session during a run ends the process. The session therefore stays open until the
 * last slot is closed, even if the model was closed before.
 */
final class OnnxModel implements EngineModel {

  /** Where the trees run that {@link TreeModel} evaluates. */
  private static final String JAVA = "java";

  static final List<String> CPU = List.of("cpu");

  private final OrtEnvironment environment;
  private final DirectMemory memory;
  private final Path main;
  private final OpenSession session;
  private final @Nullable OpenSession head;
  private final ModelSignature signature;
  private final Set<String> constants;
  private final Set<String> unusual;
  private final Map<String, String> labels;
  private final UnsignedTensors unsigned;
  private final RepeatedText repeated;
  private final @Nullable TreeModel trees;
  private final long bytes;
  private volatile Placement placement;
  private int slots;
  private boolean closed;
  private boolean freed;

  OnnxModel(
      OrtEnvironment environment,
      DirectMemory memory,
      ModelSource source,
      OpenModel opened,
      ModelSignature signature,
      @Nullable TreeModel trees,
      @Nullable OpenSession head,
      String treesInEngine)
      throws OrtException {
    this.environment = environment;
    this.memory = memory;
    this.main = source.main();
    this.session = opened.session();
    this.head = head;
    this.trees = trees;
    this.signature = signature;
    this.constants = opened.graph().constants();
    this.unusual = opened.graph().unusual();
    this.labels = ReturnedText.labels(environment, signature, opened.graph().labels(), main);
    this.unsigned = UnsignedTensors.open(environment, signature, session);
    this.repeated = new RepeatedText(environment);
    this.bytes = opened.bytes();
    Placement devices = session.devices().placement();
    if (head != null) {
      this.placement =
          Placement.of("cpu", JAVA).withMissing(devices.missing()).withCalls(head.calls());
    } else {
      this.placement =
          trees == null
              ? devices.withCalls(session.calls()).withTreesInEngine(treesInEngine)
              : Placement.of(JAVA).withMissing(devices.missing());
    }
  }

  /**
   * If the session was opened with a profile, runs once and counts the nodes that each device ran.
   */
  void countNodes(Duration limit) {
    SessionProfile profile = running().profile();
    if (profile == null) {
      return;
    }
    try (SessionProfile whole = head == null ? null : session.profile()) {
      if (whole != null) {
        SessionProfile.end(((JniSession) session).session()); // it runs nothing
      }
      MlopsException failure = ranOnce(limit);
      Map<String, Integer> counted = SessionProfile.end(((JniSession) running()).session());
      if (failure != null) {
        LoggerFactory.getLogger(OnnxModel.class)
            .warn("{}: its nodes are not counted: {}", main, failure.getMessage());
        return;
      }
      placement = placement.withNodes(nodes(counted));
    } catch (OrtException | IOException e) {
      LoggerFactory.getLogger(OnnxModel.class)
          .warn("{}: its nodes are not counted, because its profile cannot be read ({})", main, e);
    } finally {
      profile.close();
    }
  }

  private @Nullable MlopsException ranOnce(Duration limit) {
    try {
      ProfiledRun.of(this, limit);
      return null;
    } catch (MlopsException e) {
      return e;
    }
  }

  private Map<String, Integer> nodes(Map<String, Integer> counted) {
    Map<String, Integer> nodes =
        trees != null && head == null ? new LinkedHashMap<>() : byDevice(counted);
    if (trees != null) {
      nodes.put(JAVA, 1);
    }
    return nodes;
  }

  /** Includes requested devices that ran nothing. */
  private Map<String, Integer> byDevice(Map<String, Integer> byProvider) {
    Map<String, Integer> nodes = new LinkedHashMap<>();
    placement.devices().forEach(device -> nodes.put(device, 0));
    byProvider.forEach(
        (provider, number) -> nodes.merge(session.devices().name(provider), number, Integer::sum));
    return nodes;
  }

  OrtEnvironment environment() {
    return environment;
  }

  DirectMemory memory() {
    return memory;
  }

  OpenSession session() {
    return session;
  }

  /** The session that calls run: the one of the nodes before the trees, or of the whole model. */
  OpenSession running() {
    return head == null ? session : head;
  }

  /** Whether ONNX Runtime runs nodes before the trees that Java evaluates. */
  boolean hasHead() {
    return head != null;
  }

  ReturnedText returnedText() {
    return new ReturnedText(environment, unusual, labels);
  }

  UnsignedTensors unsigned() {
    return unsigned;
  }

  RepeatedText repeatedText() {
    return repeated;
  }

  /** The trees with which the model ends; null if ONNX Runtime runs it. */
  @Nullable TreeModel trees() {
    return trees;
  }

  /** The model's path, for messages. */
  Path main() {
    return main;
  }

  @Override
  public ModelSignature signature() {
    return signature;
  }

  @Override
  public Set<String> constants() {
    return constants;
  }

  @Override
  public Placement placement() {
    return placement;
  }

  @Override
  public synchronized EngineSlot slot() {
    if (closed) {
      throw new IllegalStateException(main + ": the model is closed");
    }
    try {
      EngineSlot slot = new OnnxSlot(this);
      slots++;
      return slot;
    } catch (OrtException e) {
      throw new InferenceException(main + ": ONNX Runtime cannot prepare a call", e);
    }
  }

  synchronized void returned() {
    slots--;
    freeWhenUnused();
  }

  /**
   * ONNX Runtime does not report its memory. The file is mostly weights, which a session holds
   * once.
   */
  @Override
  public long nativeBytes() {
    return bytes;
  }

  @Override
  public synchronized void close() {
    closed = true;
    freeWhenUnused();
  }

  private void freeWhenUnused() {
    if (closed && slots == 0 && !freed) {
      freed = true;
      unsigned.close();
      repeated.close();
      session.close();
      if (head != null) {
        head.close();
      }
    }
  }
}
