package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.fixture.Thorough;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.ModelRuntime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of the guide to Kafka, with the consumer and producer of Kafka's own tests. */
class KafkaRecipeTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path MODEL = ROOT.resolve("samples/quickstart/models/flight-delay-1.onnx");
  private static final TopicPartition FLIGHTS = new TopicPartition("flights", 0);
  private static final String LONG = "2176,7,1,LAS,PHL";
  private static final String SHORT = "190,18,5,ORD,DTW";

  @TempDir private Path classes;

  private final MockConsumer<String, String> flights = new MockConsumer<>("earliest");
  private final MockProducer<String, String> delays =
      new MockProducer<>(true, null, new StringSerializer(), new StringSerializer());

  @BeforeEach
  void begin() {
    flights.assign(List.of(FLIGHTS));
    flights.updateBeginningOffsets(Map.of(FLIGHTS, 0L));
    delays.initTransactions();
  }

  @AfterEach
  void end() {
    flights.close();
    delays.close();
  }

  private void arrives(long offset, String key, String line) {
    flights.addRecord(
        new ConsumerRecord<>(FLIGHTS.topic(), FLIGHTS.partition(), offset, key, line));
  }

  /** Calls the method of the guide with one poll. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // the types of the guide are compiled here
  private void poll() throws Exception {
    JavaBlock recipe = JavaBlock.of(ROOT.resolve("docs/kafka.md")).get(0);
    assertThat(new BlockCompiler(classes).errors(recipe)).isEmpty();
    try (URLClassLoader loader =
            new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
        ModelRuntime runtime = ModelRuntime.open();
        Model model = runtime.load(MODEL)) {
      Class flight = loader.loadClass("ScoreTopic$Flight");
      Class delay = loader.loadClass("ScoreTopic$Delay");
      RowModel late = model.rows(flight, delay);
      Method score =
          loader
              .loadClass("ScoreTopic")
              .getDeclaredMethod("score", Consumer.class, RowModel.class, Producer.class);
      score.setAccessible(true);
      score.invoke(null, flights, late, delays);
    }
  }

  @Test
  void answersAndOffsetsOfAPollAreOneTransaction() throws Exception {
    arrives(0, "a", LONG);
    arrives(1, "b", SHORT);
    arrives(2, "c", LONG);
    poll();
    assertThat(delays.transactionCommitted()).isTrue();
    assertThat(delays.history()).extracting(ProducerRecord::topic).containsOnly("delays");
    assertThat(delays.history()).extracting(ProducerRecord::key).containsExactly("a", "b", "c");
    List<String[]> answers =
        delays.history().stream().map(each -> each.value().split(",", -1)).toList();
    String digest =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(MODEL)));
    assertThat(answers).allMatch(answer -> answer[1].equals("sha256:" + digest));
    assertThat(answers).allMatch(answer -> Float.parseFloat(answer[0]) > 0);
    assertThat(answers.get(2)[0]).isEqualTo(answers.get(0)[0]).isNotEqualTo(answers.get(1)[0]);
    assertThat(delays.consumerGroupOffsetsHistory())
        .singleElement()
        .satisfies(
            group ->
                assertThat(group.get(flights.groupMetadata().groupId()).get(FLIGHTS))
                    .extracting(OffsetAndMetadata::offset)
                    .isEqualTo(3L));
  }

  @Test
  void aBadRecordLeavesNoAnswerAndNoOffset() throws Exception {
    arrives(0, "a", LONG);
    arrives(1, "b", "no flight");
    assertThatThrownBy(this::poll).isInstanceOf(InvocationTargetException.class);
    assertThat(delays.history()).isEmpty();
    assertThat(delays.consumerGroupOffsetsHistory()).isEmpty();
  }

  @Thorough("a poll's time limit")
  @Test
  void aPollWithoutRecordsBeginsNoTransaction() throws Exception {
    poll();
    assertThat(delays.transactionInFlight()).isFalse();
    assertThat(delays.commitCount()).isZero();
  }
}
