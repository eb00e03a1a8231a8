package io.mlops4j.runtime.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.UnknownFieldSet;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.compatibility.SlotCalls;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * What damaged files are met with: an answer or a typed exception, and the process goes on. Of some
 * thousand other seeds, one or two end the process inside TensorFlow, over operations that are made
 * impossible; what shows without knowing the operations is refused before.
 */
@Sized
class DamagedSavedModelTest {
  private static final String MAIN = "saved_model.pb";
  private static final int SEEDS =
      Integer.getInteger("mlops4j.damaged.seeds", TestSize.of(60, 150));
  private static final int FIRST = Integer.getInteger("mlops4j.damaged.first", 0);

  private TensorFlowFixture fixture;

  @BeforeEach
  void open() {
    fixture = new TensorFlowFixture();
  }

  @AfterEach
  void everyByteIsFreed() {
    fixture.close();
  }

  @Test
  void wrongGraphsAreRefusedOrFailOrAnswer() throws Exception {
    Map<String, byte[]> whole = TensorFlowFixture.files("jobs");
    List<String> keys =
        List.of("affine", "lookup", "sum", "nonzero", "join", "remember", "identity_half");
    for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Map<String, byte[]> wrong = new TreeMap<>(whole);
      wrong.put(MAIN, new GraphMutations(seed).mutate(whole.get(MAIN)));
      for (String key : keys) {
        outcome(wrong, key, "graph seed " + seed);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {MAIN, "variables/variables.index", "variables/variables.data-00000-of-00001"})
  void wrongBytesAreRefusedOrAnswer(String file) {
    Map<String, byte[]> whole = TensorFlowFixture.files("fares");
    for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Random random = new Random(seed);
      byte[] bytes = whole.get(file).clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Map<String, byte[]> wrong = new TreeMap<>(whole);
      wrong.put(file, bytes);
      outcome(wrong, null, file + " seed " + seed);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {MAIN, "variables/variables.index", "variables/variables.data-00000-of-00001"})
  void filesThatAreCutOrMissingAreRefused(String file) {
    Map<String, byte[]> whole = TensorFlowFixture.files("fares");
    int length = whole.get(file).length;
    for (int kept = 0; kept < length; kept += Math.max(1, length / 40)) {
      Map<String, byte[]> cut = new TreeMap<>(whole);
      cut.put(file, Arrays.copyOf(whole.get(file), kept));
      assertThat(outcome(cut, null, file + " cut at " + kept)).isEqualTo("refused");
    }
    Map<String, byte[]> missing = new TreeMap<>(whole);
    missing.remove(file);
    assertThat(outcome(missing, null, file + " missing")).isEqualTo("refused");
  }

  /** Each of these ended the process before it was looked for. */
  @Test
  void shapesThatCannotBeCountedAreRefused() throws Exception {
    Map<String, byte[]> whole = TensorFlowFixture.files("jobs");
    for (long[] dims : new long[][] {{Long.MAX_VALUE, 1L << 40}, {1L << 32, 0, 1L << 32}}) {
      SavedModel.Builder model = SavedModel.parseFrom(whole.get(MAIN)).toBuilder();
      for (NodeDef.Builder node :
          model.getMetaGraphsBuilder(0).getGraphDefBuilder().getNodeBuilderList()) {
        if (node.getOp().equals("Const")) {
          AttrValue.Builder value = node.getAttrOrThrow("value").toBuilder();
          TensorShapeProto.Builder shape = value.getTensorBuilder().getTensorShapeBuilder().clear();
          Arrays.stream(dims).forEach(dim -> shape.addDimBuilder().setSize(dim));
          node.putAttr("value", value.build());
        }
      }
      Map<String, byte[]> wrong = new TreeMap<>(whole);
      wrong.put(MAIN, model.build().toByteArray());
      assertThatThrownBy(() -> fixture.load(wrong, "affine"))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("a shape " + Arrays.toString(dims));
    }
  }

  /** Which ended the process, as did one whose input's field was damaged. */
  @Test
  void operationsThatTakeOnNothingAreRefused() throws Exception {
    Map<String, byte[]> whole = TensorFlowFixture.files("fares");
    for (List<String> inputs : List.of(List.<String>of(), List.of("^base"))) {
      SavedModel.Builder model = SavedModel.parseFrom(whole.get(MAIN)).toBuilder();
      NodeDef.Builder node = node(model, "Identity").clearInput().addAllInput(inputs);
      assertThat(node.getInputList()).isEqualTo(inputs);
      Map<String, byte[]> wrong = new TreeMap<>(whole);
      wrong.put(MAIN, model.build().toByteArray());
      assertThatThrownBy(() -> fixture.load(wrong, null))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("an operation Identity without an input");
    }
  }

  private static NodeDef.Builder node(SavedModel.Builder model, String op) {
    return model.getMetaGraphsBuilder(0).getGraphDefBuilder().getNodeBuilderList().stream()
        .filter(node -> node.getOp().equals(op))
        .findFirst()
        .orElseThrow();
  }

  /** A reader adds the second part to the first: together they ended the process. */
  @Test
  void shapesInTwoPartsAreRefused() throws Exception {
    Map<String, byte[]> whole = TensorFlowFixture.files("fares");
    for (boolean tensors : new boolean[] {false, true}) {
      SavedModel.Builder model = SavedModel.parseFrom(whole.get(MAIN)).toBuilder();
      NodeDef.Builder node = node(model, "Const");
      TensorProto first = ofShape(node, 1L << 62);
      AttrValue second = AttrValue.newBuilder().setTensor(ofShape(node, 4)).build();
      // What a reader does not know it keeps, and writes after what it knows.
      AttrValue.Builder value = AttrValue.newBuilder().setTensor(first);
      if (tensors) {
        value.setUnknownFields(UnknownFieldSet.parseFrom(second.toByteArray()));
      } else {
        TensorProto more = ofShape(node, 4).toBuilder().clearDtype().build();
        value.setTensor(
            first.toBuilder().setUnknownFields(UnknownFieldSet.parseFrom(more.toByteArray())));
      }
      node.putAttr("value", value.build());
      Map<String, byte[]> wrong = new TreeMap<>(whole);
      wrong.put(MAIN, model.build().toByteArray());
      assertThatThrownBy(() -> fixture.load(wrong, null))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("a value in two parts");
    }
  }

  private static TensorProto ofShape(NodeDef.Builder node, long size) {
    TensorProto.Builder tensor = node.getAttrOrThrow("value").getTensor().toBuilder();
    tensor.setTensorShape(
        TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(size)));
    return tensor.build();
  }

  private String outcome(Map<String, byte[]> files, String key, String what) {
    if (Boolean.getBoolean("mlops4j.damaged.tell")) {
      System.out.println(what); // the last line is the one that ended the process
    }
    try (EngineModel model = fixture.load(files, key);
        EngineSlot slot = model.slot()) {
      feed(model, slot);
      slot.run();
      slot.output(0);
      slot.recycle();
      return "answered";
    } catch (ModelLoadException e) {
      assertThat(e).as(what).hasMessageContaining("planted");
      return "refused";
    } catch (ModelInputException | InferenceException e) {
      return "failed";
    } catch (RuntimeException e) {
      return fail(what, e);
    }
  }

  /** Two rows of zeros, or of empty text, in whatever shape is declared. */
  private static void feed(EngineModel model, EngineSlot slot) {
    for (int i = 0; i < model.signature().inputs().size(); i++) {
      TensorSpec spec = (TensorSpec) model.signature().inputs().get(i);
      long[] dims = spec.shape().stream().mapToLong(dim -> dim.size().orElse(2)).toArray();
      slot.shape(i, dims);
      if (spec.type() == ElementType.STRING) {
        String[] text = new String[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        Arrays.fill(text, "");
        slot.strings(i, SlotCalls.text(text));
      } else {
        slot.address(i);
      }
    }
  }

  @Test
  void namesThatLeaveTheFolderAreRefused() {
    for (String name : List.of("../escaped", "/tmp/mlops4j-escaped", "a/../../b", ".", "a\0b")) {
      Map<String, byte[]> files = new TreeMap<>(TensorFlowFixture.files("fares"));
      files.put(name, new byte[1]);
      assertThat(outcome(files, null, name)).as(name).isEqualTo("refused");
    }
  }
}
