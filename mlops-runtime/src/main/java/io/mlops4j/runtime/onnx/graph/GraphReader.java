package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.mlops4j.runtime.internal.protobuf.FieldReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads an ONNX file.
 *
 * <p>Only small messages become objects. A tensor's data and an operator's numbers, which can be
 * gigabytes, are skipped without a copy. If the file were parsed as a whole, the splits of a large
 * forest alone would take several times the file's size of heap memory.
 */
final class GraphReader {
  /** A longer value is taken for bytes. */
  private static final int LONGEST_TEXT = 1 << 20;

  private static final String LABELS = "classlabels_strings";

  private final CodedInputStream in;
  private final FieldReader fields;
  private final List<ValueInfoProto> inputs = new ArrayList<>();
  private final List<ValueInfoProto> outputs = new ArrayList<>();
  private final Set<String> initializers = new HashSet<>();
  private final Set<String> read = new HashSet<>();
  private final List<OperatorSetIdProto> operatorSets = new ArrayList<>();
  private final List<ExternalTensor> external = new ArrayList<>();
  private final Set<String> labels = new LinkedHashSet<>();
  private final Set<String> unusual = new HashSet<>();
  private final TreeMap<String, Integer> operators = new TreeMap<>();
  private String producer = "";
  private String producerVersion = "";
  private final FunctionCalls functions = new FunctionCalls();
  private final FunctionCalls.Body graph = new FunctionCalls.Body();
  private FunctionCalls.Body body = graph;
  private boolean hazardous;

  private GraphReader(ByteBuffer model) {
    in = UnsafeByteOperations.unsafeWrap(model.slice()).newCodedInput();
    in.enableAliasing(true);
    fields = new FieldReader(in);
  }

  static OnnxGraph read(ByteBuffer model) throws IOException {
    GraphReader reader = new GraphReader(model);
    reader.fields.read(reader::model);
    reader.functions.check(reader.graph);
    reader.outputs.forEach(output -> reader.read.add(output.getName()));
    return new OnnxGraph(
        reader.inputs,
        reader.outputs,
        reader.initializers,
        reader.read,
        reader.operatorSets,
        reader.external,
        reader.labels,
        reader.unusual,
        reader.hazardous,
        reader.operators,
        (reader.producer + " " + reader.producerVersion).strip());
  }

  private <T extends MessageLite> T parsed(Parser<T> parser) throws IOException {
    return in.readMessage(parser, ExtensionRegistryLite.getEmptyRegistry());
  }

  private void model(int field) throws IOException {
    switch (field) {
      case ModelProto.PRODUCER_NAME_FIELD_NUMBER -> producer = in.readString();
      case ModelProto.PRODUCER_VERSION_FIELD_NUMBER -> producerVersion = in.readString();
      case ModelProto.GRAPH_FIELD_NUMBER -> fields.message(this::mainGraph);
      case ModelProto.OPSET_IMPORT_FIELD_NUMBER ->
          operatorSets.add(parsed(OperatorSetIdProto.parser()));
      case ModelProto.FUNCTIONS_FIELD_NUMBER -> function();
      default -> fields.skip();
    }
  }

  private void mainGraph(int field) throws IOException {
    switch (field) {
      case GraphProto.INPUT_FIELD_NUMBER -> inputs.add(parsed(ValueInfoProto.parser()));
      case GraphProto.OUTPUT_FIELD_NUMBER -> outputs.add(parsed(ValueInfoProto.parser()));
      case GraphProto.INITIALIZER_FIELD_NUMBER -> initializers.add(tensor(true));
      case GraphProto.SPARSE_INITIALIZER_FIELD_NUMBER -> sparseTensor(initializers);
      default -> graph(field);
    }
  }

  private void graph(int field) throws IOException {
    switch (field) {
      case GraphProto.NODE_FIELD_NUMBER -> node();
      case GraphProto.INITIALIZER_FIELD_NUMBER -> tensor(false);
      case GraphProto.SPARSE_INITIALIZER_FIELD_NUMBER -> sparseTensor(new HashSet<>());
      case GraphProto.OUTPUT_FIELD_NUMBER ->
          read.add(parsed(ValueInfoProto.parser()).getName()); // the output of a subgraph
      default -> fields.skip();
    }
  }

  private void function() throws IOException {
    FunctionCalls.Body caller = body;
    Function function = new Function();
    body = function.body;
    fields.message(function);
    functions.add(function.key(), body);
    body = caller;
  }

  private void node() throws IOException {
    Node node = new Node();
    fields.message(node);
    String operator = ModelGuards.operator(node.domain, node.name);
    hazardous |= ModelGuards.concern(operator);
    operators.merge(operator, 1, Integer::sum);
    body.call(node.key(), node.inputs, node.outputs);
  }

  /** The name of an operator or a function. */
  private abstract static class Named implements FieldReader.Parts {
    String name = "";
    String domain = "";
    String overload = "";

    String key() {
      return FunctionCalls.key(domain, name, overload);
    }
  }

  private final class Function extends Named {
    private final FunctionCalls.Body body = new FunctionCalls.Body();

    @Override
    public void read(int field) throws IOException {
      switch (field) {
        case FunctionProto.NAME_FIELD_NUMBER -> name = in.readString();
        case FunctionProto.DOMAIN_FIELD_NUMBER -> domain = in.readString();
        case FunctionProto.OVERLOAD_FIELD_NUMBER -> overload = in.readString();
        case FunctionProto.INPUT_FIELD_NUMBER -> {
          in.readString();
          body.inputs++;
        }
        case FunctionProto.OUTPUT_FIELD_NUMBER -> {
          in.readString();
          body.outputs++;
        }
        case FunctionProto.NODE_FIELD_NUMBER -> node();
        case FunctionProto.ATTRIBUTE_PROTO_FIELD_NUMBER -> fields.message(new Attribute());
        default -> fields.skip();
      }
    }
  }

  private final class Node extends Named {
    private int inputs;
    private int outputs;

    @Override
    public void read(int field) throws IOException {
      switch (field) {
        case NodeProto.OP_TYPE_FIELD_NUMBER -> name = in.readString();
        case NodeProto.DOMAIN_FIELD_NUMBER -> domain = in.readString();
        case NodeProto.OVERLOAD_FIELD_NUMBER -> overload = in.readString();
        case NodeProto.INPUT_FIELD_NUMBER -> {
          read.add(in.readString());
          inputs++;
        }
        case NodeProto.OUTPUT_FIELD_NUMBER -> {
          in.readString();
          outputs++;
        }
        case NodeProto.ATTRIBUTE_FIELD_NUMBER -> fields.message(new Attribute());
        default -> fields.skip();
      }
    }
  }

  private final class Attribute implements FieldReader.Parts {
    private final Set<String> texts = new LinkedHashSet<>();
    private boolean isNamed;
    private boolean isLabels;

    @Override
    public void read(int field) throws IOException {
      switch (field) {
        case AttributeProto.NAME_FIELD_NUMBER -> {
          isLabels = in.readString().equals(LABELS);
          isNamed = true;
        }
        case AttributeProto.S_FIELD_NUMBER -> text();
        case AttributeProto.STRINGS_FIELD_NUMBER -> {
          ByteString text = text();
          if (isLabels || !isNamed) {
            texts.add(text.toStringUtf8());
          }
        }
        case AttributeProto.T_FIELD_NUMBER, AttributeProto.TENSORS_FIELD_NUMBER -> tensor(false);
        case AttributeProto.SPARSE_TENSOR_FIELD_NUMBER,
            AttributeProto.SPARSE_TENSORS_FIELD_NUMBER ->
            sparseTensor(new HashSet<>());
        case AttributeProto.G_FIELD_NUMBER, AttributeProto.GRAPHS_FIELD_NUMBER ->
            fields.message(GraphReader.this::graph);
        default -> fields.skip();
      }
      if (isLabels) {
        labels.addAll(texts);
      }
    }
  }

  private ByteString text() throws IOException {
    ByteString text = in.readBytes();
    if (text.size() <= LONGEST_TEXT) {
      for (int i = 0; i < text.size(); i++) {
        if (text.byteAt(i) == 0 || (text.byteAt(i) & 0xf0) == 0xf0) {
          AlteredCharacters.add(text.toStringUtf8(), unusual);
          break;
        }
      }
    }
    return text;
  }

  /**
   * Reads a sparse tensor.
   *
   * @param names receives the tensor's name, which is the name of its values
   */
  private void sparseTensor(Set<String> names) throws IOException {
    fields.message(
        part -> {
          switch (part) {
            case SparseTensorProto.VALUES_FIELD_NUMBER -> names.add(tensor(false));
            case SparseTensorProto.INDICES_FIELD_NUMBER -> tensor(false);
            default -> fields.skip();
          }
        });
  }

  private String tensor(boolean initializer) throws IOException {
    Tensor tensor = new Tensor();
    fields.message(tensor);
    if (tensor.location == TensorProto.DataLocation.EXTERNAL_VALUE) {
      external.add(
          new ExternalTensor(tensor.name, tensor.type, tensor.dims, tensor.entries, initializer));
    }
    return tensor.name;
  }

  /** The small fields of a tensor. */
  private final class Tensor implements FieldReader.Fields {
    private String name = "";
    private int type;
    private int location;
    private final List<Long> dims = new ArrayList<>();
    private final Map<String, String> entries = new HashMap<>();

    @Override
    public void read(int field, int wireType) throws IOException {
      switch (wireType) {
        case WireFormat.WIRETYPE_VARINT -> number(field);
        case WireFormat.WIRETYPE_LENGTH_DELIMITED -> part(field);
        default -> fields.skip();
      }
    }

    private void number(int field) throws IOException {
      switch (field) {
        case TensorProto.DIMS_FIELD_NUMBER -> dims.add(in.readInt64());
        case TensorProto.DATA_TYPE_FIELD_NUMBER -> type = in.readInt32();
        case TensorProto.DATA_LOCATION_FIELD_NUMBER -> location = in.readEnum();
        default -> fields.skip();
      }
    }

    private void part(int field) throws IOException {
      switch (field) {
        case TensorProto.NAME_FIELD_NUMBER -> name = in.readString();
        case TensorProto.STRING_DATA_FIELD_NUMBER -> text();
        case TensorProto.DIMS_FIELD_NUMBER -> packedDims();
        case TensorProto.EXTERNAL_DATA_FIELD_NUMBER -> {
          StringStringEntryProto entry = parsed(StringStringEntryProto.parser());
          entries.put(entry.getKey(), entry.getValue());
        }
        default -> fields.skip();
      }
    }

    private void packedDims() throws IOException {
      int outer = in.pushLimit(in.readRawVarint32());
      while (in.getBytesUntilLimit() > 0) {
        dims.add(in.readInt64());
      }
      in.popLimit(outer);
    }
  }
}
