package dev.flashq.transport.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.wire.JsonReader;
import dev.flashq.protocol.wire.MessagePackReader;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Reply;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RequestReaderTest {
  private static final String[] SAMPLES = {
    "{'cmd':'PUSH','queue':'q','data':{'a':[1,2.5,'x']},'priority':3,'tags':['a','b'],'depends_on':[1],'reqId':'r'}",
    "{'reqId':7,'jobs':[{'data':1,'backoff':{'type':'fixed','delay':5}},{'unique_key':'k'}],'queue':'q','cmd':'PUSHB'}",
    "{'acks':[{'id':1,'lease':2,'result':{}}],'reqId':'r','cmd':'ACKB','client_id':'c','client_seq':3}",
    "{'cmd':'RATELIMIT','limit':{'max':5,'duration':10},'queue':'q','reqId':'r'}",
    "{'cmd':'PULLB','queue':'q','count':10,'timeout':100,'reqId':'r'}"
  };

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(UTF_8);
  }

  private static byte[] messagePack(byte[] json) {
    MessagePackWriter out = new MessagePackWriter();
    Transcode.jsonToMessagePack(json, 0, json.length, out);
    return out.toByteArray();
  }

  @Test
  void survivesDamagedRequests() {
    RequestReader json = new RequestReader(Encoding.JSON);
    RequestReader messagePack = new RequestReader(Encoding.MESSAGE_PACK);
    for (int i = 0; i < 20_000; i++) {
      byte[] sample = json(SAMPLES[random.nextInt(SAMPLES.length)]);
      handle(json, Encoding.JSON, damaged(sample));
      handle(messagePack, Encoding.MESSAGE_PACK, damaged(messagePack(sample)));
    }
  }

  private byte[] damaged(byte[] sample) {
    byte[] bytes = sample.clone();
    for (int n = random.nextInt(4); n > 0; n--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return Arrays.copyOf(
        bytes, random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length);
  }

  /**
   * Whatever was read, it has a plan, and a refusal can be written for it that can be read again.
   */
  private void handle(RequestReader reader, Encoding encoding, byte[] bytes) {
    Request request = reader.read(bytes, 0, bytes.length);
    Plan plan = Requests.plan(request, false);
    Answer answer = new Answer(encoding);
    Object outcome = plan instanceof Plan.Known known ? known.outcome() : Reply.Done.DONE;
    answer.write(request.reqId(), Plan.DONE, outcome);
    ValueReader check = encoding == Encoding.JSON ? new JsonReader() : new MessagePackReader();
    check.open(answer.out().toByteArray(), 0, answer.out().size());
    check.skip();
    check.finish();
    assertThat(plan).as("seed %d", seed).isNotNull();
  }

  @Test
  void pointsIntoTheBytesInsteadOfCopying() {
    byte[] bytes = json("{'cmd':'PUSH','queue':'q','data': {'a':1} }");
    Plan plan = Requests.plan(new RequestReader(Encoding.JSON).read(bytes, 0, bytes.length), false);
    Payload data = ((Command.PushJobs) ((Plan.Submit) plan).command()).jobs().getFirst().data();
    assertThat(data.bytes().toStringUtf8()).isEqualTo("{\"a\":1}");
    bytes[new String(bytes, UTF_8).indexOf('1')] = '2';
    assertThat(data.bytes().toStringUtf8()).isEqualTo("{\"a\":2}");
  }

  @Test
  void readsTheSameFromBothEncodings() {
    for (String sample : SAMPLES) {
      byte[] json = json(sample);
      byte[] messagePack = messagePack(json);
      Plan one = Requests.plan(new RequestReader(Encoding.JSON).read(json, 0, json.length), false);
      Plan other =
          Requests.plan(
              new RequestReader(Encoding.MESSAGE_PACK).read(messagePack, 0, messagePack.length),
              false);
      assertThat(one).isInstanceOf(Plan.Submit.class);
      Command command = ((Plan.Submit) one).command();
      Command twin = ((Plan.Submit) other).command();
      if (command instanceof Command.PullJobs || command instanceof Command.SetRateLimit) {
        assertThat(twin).isEqualTo(command);
      } else {
        assertThat(twin).hasSameClassAs(command);
      }
      assertThat(((Plan.Submit) other).requestId()).isEqualTo(((Plan.Submit) one).requestId());
    }
  }

  @Test
  void keepsOneErrorOfEachField() {
    byte[] bytes = json("{'cmd':'PUSH'" + ",'queue':1,'priority':'x'".repeat(100_000) + "}");
    Request request = new RequestReader(Encoding.JSON).read(bytes, 0, bytes.length);
    assertThat(request.fieldErrors).hasSize(2);
    assertThat(request.refusal()).isNotNull();
  }

  @Test
  void letsGoOfTheBytes() {
    RequestReader reader = new RequestReader(Encoding.JSON);
    byte[] bytes = json(SAMPLES[0]);
    Request request = reader.read(bytes, 0, bytes.length);
    reader.forget();
    assertThat(request.data).isNull();
    assertThat(request.reqId()).isNull();
  }
}
