import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Everything BROKER SCHEMAS TOPIC…: every message to the end, each a valid CloudEvent whose payload its schema takes. */
class Everything {
  static final ObjectMapper JSON = new ObjectMapper();
  static final Map<String, JsonSchema> SCHEMAS = new HashMap<>();

  public static void main(String[] given) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", given[0], "isolation.level", "read_committed");
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      var places = new ArrayList<TopicPartition>();
      for (var topic : List.of(given).subList(2, given.length))
        for (var one : consumer.partitionsFor(topic)) places.add(new TopicPartition(topic, one.partition()));
      consumer.assign(places);
      consumer.seekToBeginning(places);
      var ends = consumer.endOffsets(places);
      while (places.stream().anyMatch(place -> consumer.position(place) < ends.get(place)))
        for (var record : consumer.poll(Duration.ofMillis(500))) {
          var event = KafkaMessageFactory.createReader(record).toEvent(); // the deserializer gives none for a tombstone
          System.out.println(JSON.writeValueAsString(seen(record.topic(), record.key(), event, Path.of(given[1]))));
        }
    }
  }

  static Map<String, Object> seen(String topic, String key, CloudEvent event, Path schemas) throws Exception {
    var found = new TreeMap<String, Object>();
    found.put("topic", topic);
    found.put("key", key);
    found.put("id", event.getId());
    found.put("source", event.getSource().toString());
    found.put("type", event.getType());
    found.put("subject", event.getSubject());
    found.put("sequence", event.getExtension("sequence"));
    found.put("correlation", event.getExtension("correlation"));
    found.put("traceparent", event.getExtension("traceparent"));
    found.put("time", event.getTime().toInstant().toEpochMilli());
    found.put("content", event.getDataContentType());
    var data = event.getData() == null ? null : event.getData().toBytes();
    found.put("value", data == null || data.length == 0 ? null : hash(data));
    if ("application/json".equals(event.getDataContentType())) {
      var wrong = schema(event.getDataSchema().toString(), schemas).validate(JSON.readTree(data));
      if (!wrong.isEmpty()) throw new IllegalStateException(event.getId() + ": " + wrong);
    }
    return found;
  }

  static JsonSchema schema(String name, Path schemas) throws Exception {
    if (!SCHEMAS.containsKey(name)) {
      var text = Files.readString(schemas.resolve(name.replace("urn:doudi:contract:", "") + ".schema.json"));
      SCHEMAS.put(name, JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(text));
    }
    return SCHEMAS.get(name);
  }

  static String hash(byte[] data) throws Exception {
    return String.format("%064x", new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(data)));
  }
}
