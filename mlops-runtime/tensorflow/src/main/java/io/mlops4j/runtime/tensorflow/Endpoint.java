package io.mlops4j.runtime.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationNumOutputs;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationOutputType;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.TensorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;

/**
 * An input or output of a model in its graph.
 *
 * @param spec the name, type and shape that the signature declares
 * @param operation the operation that has this output
 * @param index the number of that output
 * @param name operation and index in the signature's form
 */
record Endpoint(TensorSpec spec, TF_Operation operation, int index, String name) {

  /**
   * Finds the tensors that a signature names, and checks their names and types, which TensorFlow
   * does not check.
   *
   * @throws ModelLoadException if a tensor is not in the graph or has another type there
   */
  static List<Endpoint> find(
      List<DeclaredSignature.Tensor> tensors, String side, NativeSession session, Path model) {
    List<Endpoint> found = new ArrayList<>();
    for (DeclaredSignature.Tensor tensor : tensors) {
      found.add(find(tensor, "%s: %s %s".formatted(model, side, tensor.spec()), session));
    }
    return List.copyOf(found);
  }

  /**
   * Finds inputs. TensorFlow accepts each tensor only once.
   *
   * @throws ModelLoadException for the reasons of {@link #find}, or if two inputs are the same
   *     tensor
   */
  static List<Endpoint> inputs(
      List<DeclaredSignature.Tensor> tensors, NativeSession session, Path model) {
    List<Endpoint> found = find(tensors, "input", session, model);
    for (int i = 0; i < found.size(); i++) {
      for (int k = 0; k < i; k++) {
        if (found.get(i).isSame(found.get(k))) {
          throw new ModelLoadException(
              "%s: inputs %s and %s: found the tensor \"%s\" for both, expected one each; export the model with one of them"
                  .formatted(
                      model, found.get(k).spec.name(), found.get(i).spec.name(), found.get(i).name),
              null);
        }
      }
    }
    return found;
  }

  private static Endpoint find(
      DeclaredSignature.Tensor tensor, String what, NativeSession session) {
    String name = tensor.endpoint();
    int colon = name.lastIndexOf(':');
    TF_Operation operation =
        name.indexOf('\0') >= 0
            ? null
            : session.operation(colon < 0 ? name : name.substring(0, colon));
    int index = colon < 0 ? 0 : index(name.substring(colon + 1));
    if (operation == null || index < 0 || index >= TF_OperationNumOutputs(operation)) {
      throw new ModelLoadException(
          "%s: found no \"%s\" in the graph, expected the tensor that the signature names"
              .formatted(what, name),
          null);
    }
    int type = type(operation, index);
    if (DataTypes.value(type) != DataTypes.of(tensor.spec().type())) {
      throw new ModelLoadException(
          "%s: found another type in the graph (%s), expected the one of the signature"
              .formatted(
                  what,
                  DataTypes.of(DataTypes.value(type)).map(Object::toString).orElse("no. " + type)),
          null);
    }
    return new Endpoint(tensor.spec(), operation, index, name);
  }

  private static int index(String text) {
    return text.matches("\\d{1,6}") ? Integer.parseInt(text) : -1;
  }

  private static int type(TF_Operation operation, int index) {
    try (TF_Output output = new TF_Output()) {
      return TF_OperationOutputType(output.oper(operation).index(index));
    }
  }

  /** Returns an array of endpoints for a run. The caller closes it. */
  static TF_Output array(List<Endpoint> endpoints) {
    TF_Output array = new TF_Output(endpoints.size());
    for (int i = 0; i < endpoints.size(); i++) {
      array.position(i).oper(endpoints.get(i).operation).index(endpoints.get(i).index);
    }
    return array.position(0);
  }

  boolean isSame(Endpoint other) {
    return operation.equals(other.operation) && index == other.index;
  }
}
