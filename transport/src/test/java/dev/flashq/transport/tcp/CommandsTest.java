package dev.flashq.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every command: the reference's answer, the fields that were added, and the aliases. */
class CommandsTest {
  private final TcpFixture fixture = new TcpFixture();
  private @SuppressWarnings("NullAway.Init") TextClient client;

  @BeforeEach
  void connect() throws IOException {
    client = fixture.text();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    fixture.close();
  }

  private String ask(String request) throws IOException {
    return client.ask(request.replace("}$", ",'reqId':'a-1'}")).replace('"', '\'');
  }

  /**
   * Asks with a correlation id, which every answer must carry in front, and takes it out of the
   * answer.
   */
  private String answer(String request) throws IOException {
    String answer = ask(request.substring(0, request.length() - 1) + "}$");
    assertThat(answer).startsWith("{'reqId':'a-1','ok':");
    return answer.replace("'reqId':'a-1',", "");
  }

  private static final String OK = "{'ok':true,'success':true}";

  private static String error(String sentence, String code) {
    return "{'ok':false,'error':'" + sentence + "','success':false,'code':'" + code + "'}";
  }

  private void push(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      answer("{'cmd':'PUSH','queue':'q','data':{'n':" + i + "}}");
    }
  }

  private Command last() {
    return fixture.gateway.commands.getLast();
  }

  @Test
  void answersTheReferencesExamples() throws IOException {
    assertThat(answer("{'cmd':'PULL','queue':'q','timeout':0}"))
        .isEqualTo("{'ok':true,'job':null,'success':true}");
    assertThat(answer("{'cmd':'GETJOB','id':1}"))
        .isEqualTo("{'ok':true,'job':null,'state':'unknown','success':true}");
    assertThat(answer("{'cmd':'GETRESULT','id':1}"))
        .isEqualTo("{'ok':true,'id':1,'result':null,'success':true}");
    assertThat(answer("{'cmd':'PAUSE','queue':'p'}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'PUSH','queue':'p','data':null}"))
        .isEqualTo("{'ok':true,'id':1,'success':true}");
    assertThat(answer("{'cmd':'GETPROGRESS','id':1}"))
        .isEqualTo(
            "{'ok':true,'progress':{'id':1,'progress':0,'message':null},'message':null,'success':true}");
    assertThat(answer("{'cmd':'RESUME','queue':'p'}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'LISTQUEUES'}"))
        .isEqualTo(
            "{'ok':true,'queues':[{'name':'p','pending':1,'processing':0,'completed':0,'delayed':0,'dlq':0,"
                + "'paused':false,'rate_limit':null,'concurrency_limit':null}],'success':true}");
    assertThat(answer("{'cmd':'PING'}")).isEqualTo("{'ok':true,'pong':true,'success':true}");
    assertThat(answer("{'cmd':'AUTH','token':'any'}")).isEqualTo(OK);
  }

  @Test
  void writesEveryFieldOfAJobInOrder() throws IOException {
    answer(
        "{'cmd':'PUSH','queue':'q','data':{'b':1,'a':[2.0]},'priority':-5,'ttl':7776000000,'timeout':7,'max_attempts':3,"
            + "'backoff':100,'unique_key':'u','depends_on':[4],'tags':['x','y'],'lifo':true,'remove_on_complete':true,"
            + "'remove_on_fail':true,'stall_timeout':5000,'debounce_id':'d','debounce_ttl':9,'job_id':'mine',"
            + "'keep_completed_age':11,'keep_completed_count':12,'group_id':'g'}");
    assertThat(answer("{'cmd':'PULL','queue':'q'}"))
        .isEqualTo(
            "{'ok':true,'job':{'id':1,'queue':'q','data':{'b':1,'a':[2.0]},'priority':-5,'created_at':1700000000000,"
                + "'run_at':1700000000000,'started_at':1700000000000,'attempts':0,'max_attempts':3,'backoff':100,"
                + "'ttl':7776000000,'timeout':7,'unique_key':'u','depends_on':[4],'progress':0,'progress_msg':null,"
                + "'tags':['x','y'],'lifo':true,'remove_on_complete':true,'remove_on_fail':true,"
                + "'last_heartbeat':1700000000000,'stall_timeout':5000,'stall_count':0,'parent_id':null,"
                + "'children_ids':[],'children_completed':0,'custom_id':'mine','keep_completed_age':11,"
                + "'keep_completed_count':12,'completed_at':0,'group_id':'g','state':'active','progress_message':null,"
                + "'result':null,'error':null,'lease':1},'success':true}");
    var options =
        ((Command.PushJobs) fixture.gateway.commands.getFirst()).jobs().getFirst().options();
    assertThat(options.debounceId()).isEqualTo("d");
    assertThat(options.debounceTtlMs()).isEqualTo(9);
  }

  /** The others are acknowledged: their workers have done them. */
  @Test
  void refusesOfABatchOfAcksOnlyTheOneWhoseResultIsTooLarge() throws IOException {
    push(3);
    answer("{'cmd':'PULLB','queue':'q','count':3}");
    String large = "x".repeat(Limits.DATA_BYTES);
    assertThat(
            answer(
                "{'cmd':'ACKB','acks':[{'id':1,'result':1},{'result':'"
                    + large
                    + "','id':2},{'id':9},{'id':3,'lease':1}]}"))
        .startsWith("{'ok':true,'ids':[2],'count':2,'failed':[{'index':1,'id':2,'error':'")
        .contains("'code':'DATA_TOO_LARGE'},{'index':2,'id':9,'error':'Job 9 not found'");
    assertThat(answer("{'cmd':'GETSTATE','id':2}")).contains("'active'");
    assertThat(answer("{'cmd':'GETSTATE','id':3}")).contains("'completed'");
  }

  @Test
  void saysWhenACustomIdWasThere() throws IOException {
    String push = "{'cmd':'PUSH','queue':'q','data':1,'job_id':'a'}";
    assertThat(answer(push)).isEqualTo("{'ok':true,'id':1,'success':true}");
    assertThat(answer(push)).isEqualTo("{'ok':true,'id':1,'existing':true,'success':true}");
    assertThat(answer("{'cmd':'PUSHB','queue':'q','jobs':[{'data':2},{'data':3,'job_id':'a'}]}"))
        .isEqualTo("{'ok':true,'ids':[2,1],'failed':[],'errors':[],'existing':[1],'success':true}");
  }

  @Test
  void pushesBatchesAndNamesTheRejected() throws IOException {
    assertThat(
            answer(
                "{'cmd':'PUSHB','queue':'q','jobs':[{'data':1,'unique_key':'k'},{'data':2,'unique_key':'k'},"
                    + "{'data':3,'priority':[]},{},{'data':4,'unique_key':''}]}"))
        .isEqualTo(
            "{'ok':true,'ids':[1,2],'failed':[{'index':1,'error':'Duplicate job with key: k','code':'DUPLICATE_KEY'},"
                + "{'index':2,'error':'Invalid job: expected an integer','code':'INVALID_REQUEST'},"
                + "{'index':4,'error':'unique_key has between 1 and 512 bytes','code':'INVALID_REQUEST'}],"
                + "'errors':[{'index':1,'error':'Duplicate job with key: k','code':'DUPLICATE_KEY'},"
                + "{'index':2,'error':'Invalid job: expected an integer','code':'INVALID_REQUEST'},"
                + "{'index':4,'error':'unique_key has between 1 and 512 bytes','code':'INVALID_REQUEST'}],"
                + "'success':true}");
    assertThat(answer("{'cmd':'PUSHB','queue':'q','jobs':[]}"))
        .isEqualTo("{'ok':true,'ids':[],'failed':[],'errors':[],'success':true}");
    String many = "{},".repeat(1000) + "{}";
    assertThat(answer("{'cmd':'PUSHB','queue':'q','jobs':[" + many + "]}"))
        .isEqualTo(error("at most 1000 jobs in one batch", "BATCH_TOO_LARGE"));
  }

  @Test
  void pullsAndAcknowledgesBatches() throws IOException {
    push(4);
    assertThat(answer("{'cmd':'PULLB','queue':'q','count':0}"))
        .isEqualTo("{'ok':true,'jobs':[],'success':true}");
    assertThat(answer("{'cmd':'PULLB','queue':'q','count':1000000}"))
        .startsWith("{'ok':true,'jobs':[{'id':1,")
        .contains("{'id':4,");
    assertThat(((Command.PullJobs) last()).count()).isEqualTo(1000);
    assertThat(answer("{'cmd':'PULLB','queue':'q','count':-1}"))
        .isEqualTo(error("count is not negative", "INVALID_REQUEST"));
    assertThat(answer("{'cmd':'ACKB','ids':[1,'2',99]}"))
        .isEqualTo(
            "{'ok':true,'ids':[2],'count':2,'failed':[{'index':2,'id':99,'error':'Job 99 not found',"
                + "'code':'JOB_NOT_FOUND'}],'success':true}");
    assertThat(
            answer(
                "{'cmd':'ACKB','acks':[{'id':3,'lease':2},{'lease':1,'result':[1],'id':4,'x':1}]}"))
        .startsWith("{'ok':true,'ids':[1],'count':1,'failed':[{'index':0,'id':3,")
        .contains("LEASE_LOST");
    assertThat(answer("{'cmd':'GETRESULT','id':4}"))
        .isEqualTo("{'ok':true,'id':4,'result':[1],'success':true}");
    assertThat(answer("{'cmd':'ACKB','ids':[]}"))
        .isEqualTo("{'ok':true,'ids':[0],'count':0,'failed':[],'success':true}");
  }

  @Test
  void managesOneJob() throws IOException {
    push(2);
    answer("{'cmd':'PULL','queue':'q'}");
    assertThat(answer("{'cmd':'PROGRESS','id':1,'progress':33.3,'message':'third'}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'GETPROGRESS','id':1}"))
        .isEqualTo(
            "{'ok':true,'progress':{'id':1,'progress':33,'message':'third'},'message':'third','success':true}");
    assertThat(answer("{'cmd':'HEARTBEAT','job_id':1}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'HEARTBEAT','id':1,'lease':2}")).contains("LEASE_LOST");
    assertThat(answer("{'cmd':'GETSTATE','id':'1'}"))
        .isEqualTo("{'ok':true,'id':1,'state':'active','success':true}");
    assertThat(answer("{'cmd':'CHANGEPRIORITY','id':2,'priority':7}")).isEqualTo(OK);
    assertThat(last()).isEqualTo(new Command.ChangePriority(new JobId(2), 7));
    assertThat(answer("{'cmd':'MOVETODELAYED','id':1,'delay':1000.0}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'PROMOTE','id':1}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'UPDATE','id':2,'data':{'z':1}}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'UPDATEJOB','id':2}"))
        .isEqualTo(error("missing field data", "INVALID_REQUEST"));
    assertThat(answer("{'cmd':'GETJOB','id':2}"))
        .contains("'data':{'z':1}")
        .contains("},'state':'waiting',");
    assertThat(answer("{'cmd':'DISCARD','id':2}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'CANCEL','id':1}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'CANCEL','id':1}"))
        .isEqualTo(error("Job 1 not found", "JOB_NOT_FOUND"));
    assertThat(answer("{'cmd':'GETPROGRESS','id':1}"))
        .isEqualTo(error("Job 1 not found", "JOB_NOT_FOUND"));
    assertThat(answer("{'cmd':'FAIL','id':2,'error':null}")).isEqualTo(OK);
  }

  @Test
  void showsTheEndOfAJob() throws IOException {
    push(1);
    answer("{'cmd':'PULL','queue':'q'}");
    answer("{'cmd':'ACK','id':1,'result':null}");
    assertThat(answer("{'cmd':'WAITJOB','id':1}"))
        .isEqualTo("{'ok':true,'result':null,'success':true}");
    assertThat(answer("{'cmd':'GETPROGRESS','id':1}")).contains("'progress':100");
    assertThat(answer("{'cmd':'GETJOB','id':1}"))
        .contains("'state':'completed'")
        .contains("'completed_at':1700000000000");
    assertThat(answer("{'cmd':'WAITJOB','id':5}"))
        .isEqualTo(error("Job not found", "JOB_NOT_FOUND"));
    push(1);
    assertThat(answer("{'cmd':'WAITJOB','id':2,'timeout':20}"))
        .isEqualTo(error("Timeout waiting for job 2 after 20ms", "WAIT_TIMEOUT"));
  }

  @Test
  void findsJobsByCustomId() throws IOException {
    answer(
        "{'cmd':'PUSH','queue':'q','data':1,'jobId':'mine','keepCompletedAge':5,'keepCompletedCount':6}");
    for (String name : new String[] {"job_id", "jobId", "customId", "custom_id"}) {
      assertThat(answer("{'cmd':'GETJOBBYCUSTOMID','" + name + "':'mine'}"))
          .startsWith("{'ok':true,'job':{'id':1,")
          .contains("'custom_id':'mine','keep_completed_age':5,'keep_completed_count':6");
    }
    assertThat(answer("{'cmd':'GETJOBBYCUSTOMID','job_id':'other'}"))
        .isEqualTo("{'ok':true,'job':null,'state':'unknown','success':true}");
  }

  @Test
  void listsJobs() throws IOException {
    push(3);
    answer("{'cmd':'PULL','queue':'q'}");
    assertThat(answer("{'cmd':'GETJOBSBATCH','ids':[1,7,2]}"))
        .startsWith("{'ok':true,'jobs':[{'id':1,")
        .contains("'state':'active'", "'job':{'id':1,", "{'id':2,")
        .doesNotContain("'id':7");
    assertThat(answer("{'cmd':'GETJOBS','queue':'q','state':'WAITING','limit':1,'offset':1}"))
        .startsWith("{'ok':true,'jobs':[{'id':2,")
        .endsWith("}}],'total':2,'cursor':null,'success':true}");
    assertThat(answer("{'cmd':'GETJOBS','state':'nonsense','limit':null}"))
        .endsWith("'total':3,'cursor':null,'success':true}");
    assertThat(answer("{'cmd':'GETJOBS','state':'stalled'}"))
        .isEqualTo("{'ok':true,'jobs':[],'total':0,'cursor':null,'success':true}");
    assertThat(answer("{'cmd':'GETJOBS','state':'waiting_parent'}")).contains("'total':0");
    assertThat(answer("{'cmd':'GETJOBS','offset':100001}")).contains("INVALID_REQUEST");
    assertThat(answer("{'cmd':'COUNT','queue':'q'}"))
        .isEqualTo("{'ok':true,'count':2,'success':true}");
    assertThat(answer("{'cmd':'GETJOBCOUNTS','queue':'q'}"))
        .isEqualTo(
            "{'ok':true,'waiting':2,'active':1,'delayed':0,'completed':0,'failed':0,'counts':{'waiting':2,'active':1,"
                + "'delayed':0,'completed':0,'failed':0},'success':true}");
    assertThat(answer("{'cmd':'STATS'}"))
        .isEqualTo(
            "{'ok':true,'queued':2,'processing':1,'delayed':0,'dlq':0,'completed':0,'queues':{'q':{'waiting':2,"
                + "'active':1,'delayed':0,'completed':0,'failed':0,'paused':false}},'success':true}");
    assertThat(answer("{'cmd':'METRICS'}"))
        .isEqualTo(
            "{'ok':true,'metrics':{'total_pushed':3,'total_completed':0,'total_failed':0,'jobs_per_second':0.0,"
                + "'avg_latency_ms':0.0,'queues':[{'name':'q','pending':2,'processing':1,'dlq':0,'rate_limit':null}]},"
                + "'success':true}");
    answer("{'cmd':'ACK','id':1}");
    assertThat(answer("{'cmd':'METRICS'}"))
        .contains("'total_completed':1,", "'jobs_per_second':0.7,", "'avg_latency_ms':125.0,");
  }

  @Test
  void controlsQueues() throws IOException {
    assertThat(answer("{'cmd':'PAUSE','queue':'q'}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'ISPAUSED','queue':'q'}"))
        .isEqualTo("{'ok':true,'paused':true,'success':true}");
    assertThat(answer("{'cmd':'RATELIMIT','queue':'q','limit':50}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'LISTQUEUES'}")).contains("'rate_limit':50,");
    assertThat(answer("{'cmd':'RATELIMIT','queue':'q','limit':{'max':100,'duration':60000}}"))
        .isEqualTo(OK);
    assertThat(((Command.SetRateLimit) last()).limit())
        .isEqualTo(new Command.RateLimit(100, 60000));
    assertThat(answer("{'cmd':'LISTQUEUES'}")).contains("'rate_limit':2,");
    assertThat(answer("{'cmd':'RATELIMITCLEAR','queue':'q'}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'SETCONCURRENCY','queue':'q','limit':3}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'LISTQUEUES'}")).contains("'rate_limit':null,'concurrency_limit':3");
    assertThat(answer("{'cmd':'CLEARCONCURRENCY','queue':'q'}")).isEqualTo(OK);
    assertThat(answer("{'cmd':'SETCONCURRENCY','queue':'q'}"))
        .isEqualTo(error("missing field limit", "INVALID_REQUEST"));
    assertThat(answer("{'cmd':'RATELIMIT','queue':'q','limit':-1}")).contains("INVALID_REQUEST");
    assertThat(answer("{'cmd':'PAUSE','queue':'a b'}")).contains("INVALID_QUEUE_NAME");
  }

  @Test
  void takesNoRequestIdWithoutASequence() throws IOException {
    assertThat(answer("{'cmd':'PUSH','queue':'q','data':1,'client_id':'c'}"))
        .isEqualTo(error("client_id needs client_seq", "INVALID_REQUEST"));
    assertThat(answer("{'cmd':'PUSH','queue':'q','data':1,'request_id':'" + "x".repeat(65) + "'}"))
        .contains("a client id has between 1 and 64 bytes");
    assertThat(answer("{'cmd':'PUSH','queue':'q','data':1,'client_id':'c','client_seq':0}"))
        .contains("'id':1");
  }

  @Test
  void listsJobsByCursor() throws IOException {
    push(5);
    String first = answer("{'cmd':'GETJOBS','queue':'q','limit':2}");
    assertThat(first).contains("'id':5,", "'id':4,", "'total':5,'cursor':'NA'");
    String last = answer("{'cmd':'GETJOBS','queue':'q','limit':10,'cursor':'NA'}");
    assertThat(last).contains("'id':3,", "'id':1,", "'total':5,'cursor':null");
    assertThat(answer("{'cmd':'GETJOBS','limit':2,'cursor':'NA','offset':1}"))
        .isEqualTo(error("a page has a cursor or an offset", "INVALID_REQUEST"));
    for (String wrong : List.of("ü", "a", "x".repeat(2049))) {
      assertThat(answer("{'cmd':'GETJOBS','cursor':'" + wrong + "'}")).contains("INVALID_REQUEST");
    }
  }

  @Test
  void cleansTheQueuesOfAPattern() throws IOException {
    push(4);
    assertThat(answer("{'cmd':'CLEAN','queue':'*','grace':2592000000,'state':'waiting'}"))
        .isEqualTo("{'ok':true,'count':4,'more':false,'success':true}");
    assertThat(fixture.gateway.commands.getLast())
        .isEqualTo(
            new Command.CleanQueues("*", JobState.WAITING, 2_592_000_000L, 5000, ByteString.EMPTY));
    assertThat(answer("{'cmd':'CLEAN','queue':'m *','grace':0,'state':'waiting'}"))
        .contains("INVALID_REQUEST");
    assertThat(answer("{'cmd':'CLEAN','queue':'m*','grace':-1,'state':'waiting'}"))
        .contains("INVALID_REQUEST");
  }

  @Test
  void emptiesQueuesInSmallSteps() throws IOException {
    push(10);
    assertThat(answer("{'cmd':'CLEAN','queue':'q','grace':0,'state':'Waiting','limit':4}"))
        .isEqualTo("{'ok':true,'count':4,'more':false,'success':true}");
    assertThat(answer("{'cmd':'CLEAN','queue':'q','grace':0,'state':'waiting','limit':0}"))
        .isEqualTo("{'ok':true,'count':0,'more':false,'success':true}");
    assertThat(answer("{'cmd':'CLEAN','queue':'q','grace':0,'state':''}"))
        .isEqualTo("{'ok':true,'count':0,'more':false,'success':true}");
    assertThat(answer("{'cmd':'CLEAN','queue':'q','grace':0,'state':'active'}"))
        .isEqualTo(
            error("Invalid state. Use: waiting, delayed, completed, failed", "INVALID_REQUEST"));
    assertThat(answer("{'cmd':'DRAIN','queue':'q'}"))
        .isEqualTo("{'ok':true,'count':6,'more':false,'success':true}");
    push(7);
    answer("{'cmd':'PULLB','queue':'q','count':2}");
    answer("{'cmd':'ACK','id':11}");
    answer("{'cmd':'DISCARD','id':12}");
    answer("{'cmd':'PAUSE','queue':'q'}");
    assertThat(answer("{'cmd':'OBLITERATE','queue':'q'}"))
        .isEqualTo("{'ok':true,'count':7,'more':false,'success':true}");
    assertThat(answer("{'cmd':'ISPAUSED','queue':'q'}")).contains("'paused':false");
  }

  @Test
  void handlesDeadJobs() throws IOException {
    push(3);
    for (int id = 1; id <= 3; id++) {
      answer("{'cmd':'DISCARD','id':" + id + "}");
    }
    assertThat(answer("{'cmd':'DLQ','queue':'q','count':2}"))
        .startsWith("{'ok':true,'jobs':[{'id':1,")
        .contains("{'id':2,")
        .doesNotContain("{'id':3,");
    assertThat(answer("{'cmd':'RETRYDLQ','queue':'q','id':2}"))
        .isEqualTo("{'ok':true,'ids':[1],'count':1,'more':false,'success':true}");
    assertThat(answer("{'cmd':'RETRYDLQ','queue':'q'}"))
        .isEqualTo("{'ok':true,'ids':[2],'count':2,'more':false,'success':true}");
    answer("{'cmd':'DISCARD','id':1}");
    assertThat(answer("{'cmd':'PURGEDLQ','queue':'q'}"))
        .isEqualTo("{'ok':true,'count':1,'more':false,'success':true}");
  }

  @Test
  void readsOptionsLeniently() throws IOException {
    answer(
        "{'cmd':'PUSH','queue':'q','data':1,'delay':null,'priority':null,'tags':null,'lifo':null,'unique_key':null,"
            + "'max_attempts':2.0,'backoff':{'type':'fixed','delay':250},'_compressed':'H4sI','options':{'priority':3}}");
    var options = ((Command.PushJobs) last()).jobs().getFirst().options();
    assertThat(options.maxAttempts()).isEqualTo(2);
    assertThat(options.backoffMs()).isEqualTo(250);
    assertThat(options.fixedBackoff()).isTrue();
    assertThat(options.priority()).isZero();
  }

  @Test
  void repeatsTheAnswerOfARepeatedRequest() throws IOException {
    String push = "{'cmd':'PUSH','queue':'q','data':1,'request_id':'r1'}";
    assertThat(answer(push)).isEqualTo(answer(push));
    String sequence =
        "{'cmd':'PUSH','queue':'q','data':1,'client_id':'c','client_seq':5,'client_settled':4}";
    assertThat(answer(sequence)).isEqualTo(answer(sequence)).contains("'id':2");
    assertThat(
            answer(
                "{'cmd':'PUSH','queue':'q','data':1,'client_id':'c','client_seq':1,'client_settled':4}"))
        .contains("INVALID_REQUEST");
    assertThat(answer("{'cmd':'COUNT','queue':'q'}")).contains("'count':2");
  }

  @Test
  void refusesCommandsThatItDoesNotHave() throws IOException {
    for (String cmd :
        new String[] {"LOG", "CRON", "FLOW", "KVSET", "SUBSCRIBE", "PARTIAL", "push"}) {
      assertThat(answer("{'cmd':'" + cmd + "','id':1,'queue':'q','data':{}}"))
          .isEqualTo(error("This server has no command " + cmd, "UNKNOWN_COMMAND"));
    }
    assertThat(answer("{'id':1}")).isEqualTo(error("missing field cmd", "INVALID_REQUEST"));
  }
}
