package io.mlops4j.runtime.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.DataException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.internal.document.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The inputs or outputs of an MLflow signature: JSON that lists either tensors or columns, either
 * all with names or all without.
 *
 * @param values a column is a tensor of one dimension
 * @param columns whether the values are columns
 */
record Schema(List<ValueSpec> values, boolean columns) {
  private static final Map<String, ElementType> COLUMNS =
      Map.of(
          "boolean", ElementType.BOOL,
          "integer", ElementType.INT32,
          "long", ElementType.INT64,
          "float", ElementType.FLOAT32,
          "double", ElementType.FLOAT64,
          "string", ElementType.STRING);

  Schema {
    values = List.copyOf(values);
  }

  /** Returns whether every value has a name. */
  boolean named() {
    return !values.isEmpty() && values.stream().noneMatch(value -> value.name().isEmpty());
  }

  List<String> names() {
    return values.stream().map(ValueSpec::name).toList();
  }

  /**
   * Reads inputs or outputs.
   *
   * @return empty if a type is unknown to ONNX, such as binary, datetime, array or object
   * @throws DataException if it is not such JSON
   */
  static Optional<Schema> read(String what, String json) {
    try {
      JsonNode array = Json.UNTRUSTED.readTree(json);
      if (array == null || !array.isArray()) {
        throw new IllegalArgumentException("no JSON array");
      }
      return read(array);
    } catch (JsonProcessingException e) {
      throw damaged(what, "malformed JSON (" + e.getOriginalMessage() + ")");
    } catch (IllegalArgumentException e) {
      throw damaged(what, String.valueOf(e.getMessage()));
    }
  }

  private static DataException damaged(String what, String found) {
    return new DataException(
        what + ": found " + found + ", expected a signature as MLflow writes it", null);
  }

  private static Optional<Schema> read(JsonNode array) {
    List<ValueSpec> values = new ArrayList<>();
    int columns = 0;
    int named = 0;
    for (JsonNode each : array) {
      String name = each.path("name").isMissingNode() ? "" : each.path("name").asText();
      boolean tensor = each.path("type").asText().equals("tensor");
      Optional<TensorSpec> spec = tensor ? tensor(name, each) : column(name, each);
      if (spec.isEmpty()) {
        return Optional.empty();
      }
      values.add(spec.get());
      columns += tensor ? 0 : 1;
      named += name.isEmpty() ? 0 : 1;
    }
    if ((columns > 0 && columns < values.size()) || (named > 0 && named < values.size())) {
      throw new IllegalArgumentException(
          "a mix of tensors and columns, or of values with and without names");
    }
    return Optional.of(new Schema(values, columns > 0));
  }

  private static Optional<TensorSpec> column(String name, JsonNode column) {
    ElementType type = COLUMNS.get(column.path("type").asText());
    // Older files say optional, newer ones required.
    boolean optional =
        column.path("optional").asBoolean(false) || !column.path("required").asBoolean(true);
    return Optional.ofNullable(type)
        .map(known -> new TensorSpec(name, known, List.of(Dim.any()), optional));
  }

  private static Optional<TensorSpec> tensor(String name, JsonNode tensor) {
    JsonNode spec = tensor.path("tensor-spec");
    List<Dim> shape = new ArrayList<>();
    if (!spec.path("shape").isArray()) {
      throw new IllegalArgumentException("a tensor without a shape");
    }
    for (JsonNode dim : spec.path("shape")) {
      if (!dim.isIntegralNumber() || !dim.canConvertToLong() || dim.longValue() < -1) {
        throw new IllegalArgumentException("the dimension " + dim);
      }
      shape.add(dim.longValue() < 0 ? Dim.any() : Dim.of(dim.longValue()));
    }
    return type(spec.path("dtype").asText()).map(type -> new TensorSpec(name, type, shape, false));
  }

  /** Converts NumPy's names, which equal ours except for text. */
  private static Optional<ElementType> type(String numpy) {
    if (numpy.equals("object") || numpy.equals("str") || numpy.startsWith("<U")) {
      return Optional.of(ElementType.STRING);
    }
    for (ElementType type : ElementType.values()) {
      if (type != ElementType.BFLOAT16
          && type != ElementType.STRING
          && type.toString().equals(numpy)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** Writes inputs or outputs, or returns empty if MLflow cannot express them. */
  static Optional<String> write(List<ValueSpec> values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (ValueSpec value : values) {
      if (!(value instanceof TensorSpec tensor)
          || tensor.anyRank()
          || tensor.type() == ElementType.BFLOAT16) {
        return Optional.empty();
      }
      array.add(write(tensor));
    }
    long unnamed = values.stream().filter(value -> value.name().isEmpty()).count();
    if (values.isEmpty() || (unnamed > 0 && unnamed < values.size())) {
      return Optional.empty();
    }
    return Optional.of(array.toString());
  }

  private static ObjectNode write(TensorSpec tensor) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (!tensor.name().isEmpty()) {
      json.put("name", tensor.name());
    }
    ObjectNode spec = json.put("type", "tensor").putObject("tensor-spec");
    spec.put(
        "dtype",
        tensor.type() == ElementType.STRING
            ? "object"
            : tensor.type().name().toLowerCase(Locale.ROOT));
    ArrayNode shape = spec.putArray("shape");
    tensor.shape().forEach(dim -> shape.add(dim.size().orElse(-1)));
    return json;
  }
}
