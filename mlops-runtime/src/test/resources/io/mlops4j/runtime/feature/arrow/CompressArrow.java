import java.io.FileInputStream;
import java.io.FileOutputStream;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.message.IpcOption;

/**
 * Writes zstd.arrow and lz4.arrow from plain.arrows with Arrow Java 19.0.0: {@code java --add-opens
 * java.base/java.nio=ALL-UNNAMED -cp <arrow-vector, arrow-compression, ...> CompressArrow.java}.
 */
public final class CompressArrow {
  public static void main(String[] args) throws Exception {
    write(CodecType.ZSTD, "zstd.arrow");
    write(CodecType.LZ4_FRAME, "lz4.arrow");
  }

  private static void write(CodecType codec, String file) throws Exception {
    try (RootAllocator memory = new RootAllocator();
        ArrowStreamReader in = new ArrowStreamReader(new FileInputStream("plain.arrows"), memory);
        FileOutputStream out = new FileOutputStream(file);
        ArrowFileWriter writer =
            new ArrowFileWriter(
                in.getVectorSchemaRoot(),
                in,
                out.getChannel(),
                null,
                IpcOption.DEFAULT,
                CommonsCompressionFactory.INSTANCE,
                codec)) {
      writer.start();
      while (in.loadNextBatch()) {
        writer.writeBatch();
      }
      writer.end();
    }
  }
}
