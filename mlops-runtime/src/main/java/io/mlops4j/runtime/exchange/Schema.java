package io.mlops4j.runtime.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.DataException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.model.ValueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One side of MLflow's signature: a JSON text of tensors or of columns, all with names or all
 * without.
 *
 * @param values what each is; a column is a tensor of one dimension
 * @param columns whether they are columns
 */
record Schema(List<ValueSpec> values, boolean columns) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxNumberLength(100)
                          .build())
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

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

  /** Whether every value has a name. */
  boolean named() {
    return !values.isEmpty() && values.stream().noneMatch(value -> value.name().isEmpty());
  }

  List<String> names() {
    return values.stream().map(ValueSpec::name).toList();
  }

  /**
   * Reads one side.
   *
   * @return empty if it has a type that no ONNX tensor has, as binary, datetime, array or object
   * @throws DataException if it is no such JSON
   */
  static Optional<Schema> read(String what, String json) {
    try {
      JsonNode array = MAPPER.readTree(json);
      if (array == null || !array.isArray()) {
        throw new IllegalArgumentException("something else than a JSON array");
      }
      return read(array);
    } catch (JsonProcessingException e) {
      throw damaged(what, "text that is no JSON (" + e.getOriginalMessage() + ")");
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
          "tensors and columns, or values with and without names, in one");
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

  /** NumPy's names are ours, but for those of booleans and text. */
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

  /**
   * Writes one side.
   *
   * @return empty if MLflow has no words for it
   */
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
