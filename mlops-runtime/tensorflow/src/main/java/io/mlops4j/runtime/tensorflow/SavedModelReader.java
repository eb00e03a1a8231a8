package io.mlops4j.runtime.tensorflow;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.MessageLite;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.runtime.internal.protobuf.FieldReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * Reads the declarations of a SavedModel, and chooses the graph and the signature.
 *
 * <p>Only tags, signatures and the names of assets are kept. The graph may contain all weights.
 * TensorFlow reads it after {@link GraphShapes} has checked it.
 */
final class SavedModelReader {
  private static final String SERVE = "serve";
  private static final String DEFAULT = "serving_default";

  /** The prefix of TensorFlow's own signatures, which run when a model is loaded. */
  private static final String RESERVED = "__saved_model";

  private static final Set<String> INITIALISING = Set.of("saved_model_main_op", "legacy_init_op");

  private static final int META_GRAPHS = 2; // of SavedModel
  private static final int META_INFO = 1; // of MetaGraphDef
  private static final int GRAPH = 2;
  private static final int SAVER = 3;
  private static final int COLLECTIONS = 4;
  private static final int SIGNATURES = 5;
  private static final int ASSETS = 6;
  private static final int KEY = 1; // of an entry of a map
  private static final int VALUE = 2;

  private final Path model;

  private SavedModelReader(Path model) {
    this.model = model;
  }

  /**
   * @param main the bytes of saved_model.pb
   * @param signature the requested signature, or null
   * @throws ModelLoadException if there is no such signature, or a slot cannot feed it
   */
  static DeclaredSignature read(ByteBuffer main, Path model, @Nullable String signature) {
    return new SavedModelReader(model).read(main, signature);
  }

  private DeclaredSignature read(ByteBuffer main, @Nullable String wanted) {
    List<Graph> graphs = graphs(main);
    Graph graph = served(graphs);
    String key = choose(graph.signatures, wanted);
    SignatureDef signature = graph.signatures.get(key);
    if (signature == null || signature.getOutputsCount() == 0) {
      throw new ModelLoadException(
          "%s: signature %s: found no outputs, expected at least one".formatted(model, key), null);
    }
    return new DeclaredSignature(
        graph.tags,
        tensors(key, "input", signature.getInputsMap()),
        tensors(key, "output", signature.getOutputsMap()),
        List.copyOf(graph.assets),
        List.copyOf(graph.restoring),
        List.copyOf(graph.initialising),
        graph.operations);
  }

  private static final class Graph {
    private final List<String> tags = new ArrayList<>();
    private final Map<String, SignatureDef> signatures = new TreeMap<>();
    private final List<String> assets = new ArrayList<>();
    private final List<String> restoring = new ArrayList<>();
    private final List<String> initialising = new ArrayList<>();
    private final GraphOperations operations = new GraphOperations();
  }

  private List<Graph> graphs(ByteBuffer main) {
    List<Graph> graphs = new ArrayList<>();
    try {
      CodedInputStream in = CodedInputStream.newInstance(main);
      in.setSizeLimit(Integer.MAX_VALUE);
      FieldReader fields = new FieldReader(in);
      fields.read(
          field -> {
            if (field == META_GRAPHS) {
              Graph graph = new Graph();
              fields.message(part -> read(part, graph, fields, in, main));
              graphs.add(graph);
            } else {
              fields.skip();
            }
          });
      return graphs;
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelLoadException(
          "%s: found a %s that cannot be read (%s), expected a TensorFlow SavedModel; export it again, or check that it was not cut or altered"
              .formatted(model, SavedModelFolder.MAIN, e.getMessage()),
          e);
    }
  }

  private static void read(
      int field, Graph graph, FieldReader fields, CodedInputStream in, ByteBuffer main)
      throws IOException {
    switch (field) {
      case META_INFO ->
          graph.tags.addAll(merged(MetaGraphDef.MetaInfoDef.newBuilder(), in).getTagsList());
      case GRAPH -> {
        int length = in.readRawVarint32();
        int from = main.position() + in.getTotalBytesRead();
        int limit = in.pushLimit(length);
        if (length > main.limit() - from) {
          throw new IOException("a graph that is cut");
        }
        ByteBuffer operations = main.slice(from, length);
        GraphShapes.check(in);
        in.popLimit(limit);
        graph.operations.read(CodedInputStream.newInstance(operations));
      }
      case SAVER -> graph.restoring.add(merged(SaverDef.newBuilder(), in).getRestoreOpName());
      case COLLECTIONS -> {
        CollectionDef.Builder collection = CollectionDef.newBuilder();
        if (entry(collection, fields, in).stream().anyMatch(INITIALISING::contains)) {
          graph.initialising.addAll(collection.getNodeList().getValueList());
        }
      }
      case SIGNATURES -> {
        SignatureDef.Builder signature = SignatureDef.newBuilder();
        List<String> keys = entry(signature, fields, in);
        String key = keys.isEmpty() ? "" : keys.get(keys.size() - 1);
        if (!key.startsWith(RESERVED)) {
          graph.signatures.put(key, signature.build());
        } else {
          signature
              .getOutputsMap()
              .values()
              .forEach(info -> graph.initialising.add(info.getName()));
        }
      }
      case ASSETS -> graph.assets.add(merged(AssetFileDef.newBuilder(), in).getFilename());
      default -> fields.skip();
    }
  }

  /** Reads an entry of a map, and returns its keys: damaged ones have several, or none. */
  private static List<String> entry(
      MessageLite.Builder value, FieldReader fields, CodedInputStream in) throws IOException {
    List<String> keys = new ArrayList<>();
    fields.message(
        field -> {
          switch (field) {
            case KEY -> keys.add(in.readStringRequireUtf8());
            case VALUE -> merged(value, in);
            default -> fields.skip();
          }
        });
    return keys;
  }

  private static <T extends MessageLite.Builder> T merged(T to, CodedInputStream in)
      throws IOException {
    in.readMessage(to, ExtensionRegistryLite.getEmptyRegistry());
    return to;
  }

  private Graph served(List<Graph> graphs) {
    return graphs.stream()
        .filter(graph -> graph.tags.equals(List.of(SERVE)))
        .findFirst()
        .or(() -> graphs.stream().filter(graph -> graph.tags.contains(SERVE)).findFirst())
        .orElseThrow(
            () ->
                new ModelLoadException(
                    "%s: found graphs with the tags %s, expected one with the tag \"%s\"; export the model for serving"
                        .formatted(model, graphs.stream().map(graph -> graph.tags).toList(), SERVE),
                    null));
  }

  private String choose(Map<String, SignatureDef> signatures, @Nullable String wanted) {
    if (signatures.isEmpty()) {
      throw new ModelLoadException(
          model
              + ": found a SavedModel without signatures, expected at least one; give"
              + " tf.saved_model.save its signatures",
          null);
    }
    if (wanted != null && !signatures.containsKey(wanted)) {
      throw new ModelLoadException(
          "%s: found the signatures %s, expected \"%s\" among them; correct LoadOptions.signature"
              .formatted(model, signatures.keySet(), wanted),
          null);
    }
    if (wanted != null) {
      return wanted;
    }
    if (!signatures.containsKey(DEFAULT) && signatures.size() > 1) {
      throw new ModelLoadException(
          "%s: found the signatures %s, expected one or \"%s\" among them; choose with LoadOptions.signature"
              .formatted(model, signatures.keySet(), DEFAULT),
          null);
    }
    return signatures.containsKey(DEFAULT) ? DEFAULT : signatures.keySet().iterator().next();
  }

  private List<DeclaredSignature.Tensor> tensors(
      String key, String side, Map<String, TensorInfo> infos) {
    List<DeclaredSignature.Tensor> tensors = new ArrayList<>();
    new TreeMap<>(infos).forEach((name, info) -> tensors.add(tensor(key, side, name, info)));
    return tensors;
  }

  private DeclaredSignature.Tensor tensor(String key, String side, String name, TensorInfo info) {
    if (info.getEncodingCase() != TensorInfo.EncodingCase.NAME) {
      throw refused(
          key,
          side,
          name,
          "a tensor in the form " + info.getEncodingCase() + ", expected a dense one");
    }
    ElementType type =
        DataTypes.of(info.getDtypeValue())
            .orElseThrow(
                () ->
                    refused(
                        key,
                        side,
                        name,
                        info.getDtype() + ", expected a number, bool or text; convert it inside"));
    return new DeclaredSignature.Tensor(spec(name, type, info), info.getName());
  }

  private static TensorSpec spec(String name, ElementType type, TensorInfo info) {
    if (!info.hasTensorShape() || info.getTensorShape().getUnknownRank()) {
      return TensorSpec.ofAnyRank(name, type);
    }
    List<Dim> dims = new ArrayList<>();
    info.getTensorShape().getDimList().forEach(dim -> dims.add(dim(dim.getSize(), dim.getName())));
    return new TensorSpec(name, type, dims, false);
  }

  private static Dim dim(long size, String symbol) {
    if (size >= 0) {
      return Dim.of(size);
    }
    return symbol.isEmpty() ? Dim.any() : Dim.symbol(symbol);
  }

  private ModelLoadException refused(String key, String side, String name, String found) {
    return new ModelLoadException(
        "%s: signature %s, %s %s: found %s".formatted(model, key, side, name, found), null);
  }
}
