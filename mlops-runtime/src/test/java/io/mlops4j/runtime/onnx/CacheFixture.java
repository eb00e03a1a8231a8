package io.mlops4j.runtime.onnx;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.internal.source.ModelReader;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import io.mlops4j.spi.LoadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An engine with a cache, and everything a model answers as one text. */
final class CacheFixture implements AutoCloseable {
  static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");
  static final LoadRequest CPU = LoadRequest.on(DeviceRequest.any());

  final DirectMemory memory = new DirectMemory();
  final OnnxEngine engine;
  private final ModelReader reader;

  CacheFixture(@Nullable ModelCache cache) {
    EngineOptions options = EngineOptions.of(memory, 1);
    engine = OnnxEngine.open(cache == null ? options : options.withModelCache(cache));
    reader = new ModelReader(cache);
  }

  EngineModel load(Path file) {
    return engine.load(reader.read(file, true), CPU);
  }

  /** What a model answers to rows that are the same each time. */
  String answers(Path file) {
    try (EngineModel model = load(file)) {
      return answers(model);
    }
  }

  /** What a fresh engine over a cache answers; null is no cache. */
  static String answers(Path file, @Nullable ModelCache cache) {
    try (CacheFixture fixture = new CacheFixture(cache)) {
      return fixture.answers(file);
    }
  }

  static String answers(EngineModel model) {
    StringBuilder text = new StringBuilder(model.signature().toString());
    for (int rows : new int[] {1, 7, 64}) {
      try (EngineSlot slot = model.slot()) {
        feed(model.signature(), slot, rows, new Random(42));
        for (int i = 0; i < model.signature().outputs().size(); i++) {
          slot.want(i, true);
        }
        slot.run();
        for (int i = 0; i < model.signature().outputs().size(); i++) {
          text.append('\n').append(rows).append(' ').append(text(slot.output(i)));
        }
        slot.recycle();
      }
    }
    return text.toString();
  }

  private static void feed(ModelSignature signature, EngineSlot slot, int rows, Random random) {
    for (int i = 0; i < signature.inputs().size(); i++) {
      ValueSpec input = signature.inputs().get(i);
      TensorSpec tensor = (TensorSpec) input;
      long[] dims =
          tensor.anyRank()
              ? new long[] {rows}
              : tensor.shape().stream().mapToLong(dim -> dim.size().orElse(rows)).toArray();
      int elements = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
      if (tensor.type() == ElementType.STRING) {
        String[] values = new String[elements];
        Arrays.setAll(values, n -> List.of("on time", "late", "früh ✈", "").get(n % 4));
        OnnxFixture.feedText(slot, i, values, dims);
      } else {
        OnnxFixture.feed(slot, i, elements(tensor.type(), elements, random), dims);
      }
    }
  }

  /** Small numbers, so that they are also indices, and never NaN. */
  private static byte[] elements(ElementType type, int count, Random random) {
    ByteBuffer bytes = ByteBuffer.allocate(count * type.bytes()).order(ByteOrder.nativeOrder());
    for (int i = 0; i < count; i++) {
      switch (type) {
        case FLOAT32 -> bytes.putFloat(random.nextFloat() * 4 - 2);
        case FLOAT64 -> bytes.putDouble(random.nextDouble() * 4 - 2);
        case INT64, UINT64 -> bytes.putLong(random.nextInt(3));
        case INT32, UINT32 -> bytes.putInt(random.nextInt(3));
        case FLOAT16, BFLOAT16 -> bytes.putShort((short) (0x3c00 + random.nextInt(512)));
        case INT16, UINT16 -> bytes.putShort((short) random.nextInt(3));
        default -> bytes.put((byte) random.nextInt(2));
      }
    }
    return bytes.array();
  }

  private static String text(EngineValue value) {
    return switch (value.kind()) {
      case ABSENT -> "absent";
      case TENSOR -> {
        String elements =
            value.type() == ElementType.STRING
                ? Arrays.toString(OnnxFixture.readText(value))
                : HexFormat.of().formatHex(OnnxFixture.read(value));
        yield value.type() + Arrays.toString(OnnxFixture.dims(value)) + elements;
      }
      case SEQUENCE, MAP -> {
        StringBuilder children = new StringBuilder(value.kind().toString());
        for (int i = 0; i < value.children(); i++) {
          children.append(" (").append(text(value.child(i))).append(')');
        }
        yield children.toString();
      }
    };
  }

  /** Every file in a folder with its inode, size and time of change. */
  static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    if (Files.exists(folder)) {
      try (Stream<Path> tree = Files.walk(folder)) {
        for (Path file : tree.filter(Files::isRegularFile).toList()) {
          files.put(
              folder.relativize(file).toString(),
              Files.readAttributes(file, "unix:ino,size").toString());
        }
      }
    }
    return files;
  }

  /** The folder of the only entry. */
  static Path entry(Path cache) throws IOException {
    try (Stream<Path> entries = Files.list(cache.resolve("models"))) {
      List<Path> all = entries.toList();
      if (all.size() != 1) {
        throw new AssertionError("found the entries " + all + ", expected one");
      }
      return all.get(0);
    }
  }

  @Override
  public void close() {
    engine.close();
    if (memory.bytes() != 0 || memory.blocks() != 0) {
      throw new AssertionError(memory.bytes() + " bytes are still lent");
    }
  }
}
