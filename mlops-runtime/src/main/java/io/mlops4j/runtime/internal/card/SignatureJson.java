package io.mlops4j.runtime.internal.card;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A signature as JSON. A dimension is its size, its symbol as a text, null if the model has
 * neither, or an object that contains both.
 */
final class SignatureJson {
  private SignatureJson() {}

  static ObjectNode write(ModelSignature signature) {
    ObjectNode json = Json.object();
    ArrayNode inputs = json.putArray("inputs");
    signature.inputs().forEach(spec -> inputs.add(write(spec)));
    ArrayNode outputs = json.putArray("outputs");
    signature.outputs().forEach(spec -> outputs.add(write(spec)));
    return json;
  }

  private static ObjectNode write(ValueSpec spec) {
    ObjectNode json = Json.object();
    if (!spec.name().isEmpty()) {
      json.put("name", spec.name());
    }
    if (spec.optional()) {
      json.put("optional", true);
    }
    if (spec instanceof TensorSpec tensor) {
      write(tensor, json);
    } else if (spec instanceof SequenceSpec sequence) {
      json.set("sequence", write(sequence.element()));
    } else if (spec instanceof MapSpec map) {
      ObjectNode inner = Json.object().put("key", map.key().toString());
      inner.set("value", write(map.value()));
      json.set("map", inner);
    }
    return json;
  }

  private static void write(TensorSpec tensor, ObjectNode json) {
    json.put("type", tensor.type().toString());
    if (!tensor.anyRank()) {
      ArrayNode shape = json.putArray("shape");
      tensor.shape().forEach(dim -> write(dim, shape));
    }
  }

  private static void write(Dim dim, ArrayNode shape) {
    if (dim.size().isPresent() && dim.symbol().isPresent()) {
      shape.add(
          Json.object().put("size", dim.size().getAsLong()).put("symbol", dim.symbol().get()));
    } else if (dim.size().isPresent()) {
      shape.add(dim.size().getAsLong());
    } else {
      shape.add(dim.symbol().orElse(null));
    }
  }

  static ModelSignature read(Document json) {
    return new ModelSignature(specs(json, "inputs"), specs(json, "outputs"));
  }

  private static List<ValueSpec> specs(Document json, String key) {
    List<ValueSpec> specs = new ArrayList<>(json.array(key).size());
    json.objects(key).forEach(spec -> specs.add(spec(spec)));
    return specs;
  }

  private static ValueSpec spec(Document json) {
    String name = json.has("name") ? json.text("name") : "";
    boolean optional = json.flag("optional");
    if (json.has("sequence")) {
      return new SequenceSpec(name, spec(json.object("sequence")), optional);
    }
    if (json.has("map")) {
      Document map = json.object("map");
      return new MapSpec(name, type(map.text("key")), spec(map.object("value")), optional);
    }
    ElementType type = type(json.text("type"));
    return json.has("shape")
        ? new TensorSpec(
            name, type, json.array("shape").stream().map(SignatureJson::dim).toList(), optional)
        : new TensorSpec(name, type, List.of(), true, optional);
  }

  private static Dim dim(JsonNode json) {
    if (json.isNull()) {
      return Dim.any();
    } else if (json.isTextual()) {
      return Dim.symbol(json.textValue());
    } else if (json.isObject()) {
      return new Dim(OptionalLong.of(size(json.path("size"))), Optional.of(symbol(json)));
    }
    return Dim.of(size(json));
  }

  private static String symbol(JsonNode dim) {
    if (!dim.path("symbol").isTextual()) {
      throw new IllegalArgumentException("the dimension " + dim + " without its symbol");
    }
    return dim.path("symbol").textValue();
  }

  private static long size(JsonNode json) {
    if (!json.isIntegralNumber() || !json.canConvertToLong()) {
      throw new IllegalArgumentException("the size " + json + " of a dimension");
    }
    return json.longValue();
  }

  static ElementType type(String name) {
    return Arrays.stream(ElementType.values())
        .filter(type -> type.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the type \"%s\" instead of one of %s"
                        .formatted(name, Arrays.toString(ElementType.values()))));
  }
}
