package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.onnx.device.Devices;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A session with the objects that must outlive it, and the way in which calls reach it. */
interface OpenSession extends AutoCloseable {
  /** The option of a run that makes it free unused regions of the arenas named, and its value. */
  String RELEASE = "memory.enable_memory_arena_shrinkage";

  String RELEASED = "cpu:0";

  /** Where it runs. */
  Devices devices();

  /** Where it writes its profile, or null if it has none. */
  @Nullable SessionProfile profile();

  /** Describes how calls reach it, for people. */
  String calls();

  /**
   * Reads the signature.
   *
   * @param features names of values inside the model that become inputs if calls can replace them
   */
  ModelSignature signature(OnnxGraph graph, Path model, Set<String> features) throws OrtException;

  /** Returns the session's name for an output of the signature. */
  String fetched(String output);

  /** Returns whether tensors of a type can be made over given memory. */
  boolean canPin(ElementType type);

  /** Returns what takes the text of an input of one slot, which closes it. */
  InputText text(String input, OnnxModel model);

  /** Returns options for the runs of one slot. */
  RunControl control() throws OrtException;

  /**
   * Prepares runs of one combination of shapes.
   *
   * @param pinnedDims a shape for each wanted output that is to be pinned, null for the others
   */
  Binding bind(
      List<OnnxInput> inputs,
      List<OnnxOutput> outputs,
      long[] @Nullable [] pinnedDims,
      OnnxModel model,
      RunControl control)
      throws OrtException;

  /**
   * Makes a tensor over memory of the caller.
   *
   * @param bytes exactly as long as the tensor
   */
  BorrowedTensor borrowed(long address, long bytes, ElementType type, long[] dims)
      throws OrtException;

  /** A tensor over memory of the caller. */
  interface BorrowedTensor extends AutoCloseable {
    @Override
    void close();
  }

  /** Must be called once only, after all calls have ended. */
  @Override
  void close();
}
