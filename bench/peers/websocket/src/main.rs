//! WebSocket fan-out as Flashblocks proxies do it: one server, each message encoded once as JSON and sent to every
//! client as text, or compressed once by Brotli 5 and sent as binary. Clients decompress, parse the JSON and turn the
//! transactions back into bytes. Nobody checks a signature: the format carries none.

use brotli::enc::BrotliEncoderParams;
use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Cursor, Write};
use std::process::exit;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{accept_async_with_config, client_async_with_config};

const QUIET: Duration = Duration::from_secs(5);
const LATE_NS: i64 = 10_000_000;
/// Tokio's timers fire up to two of their milliseconds late: the last stretch is waited for awake.
const TIMER_NS: i64 = 2_000_000;
/// Transactions are cut from the payload at this length: Monad's planning figure.
const TX_BYTES: usize = 200;
const MAX_MESSAGE_BYTES: usize = 64 << 20;
const BROTLI_QUALITY: i32 = 5;
/// As rollup-boost's websocket-proxy: a client further behind is cut off.
const LAG_MESSAGES: usize = 20;

type Failure = Box<dyn std::error::Error>;

#[derive(Default)]
struct Options {
    is_sender: bool,
    replicas: usize,
    port: u16,
    count: usize,
    warmup: usize,
    bytes: usize,
    rate: f64,
    out: String,
    payload: String,
    is_brotli: bool,
}

/// The fields of a flashblock that carry the block's new bytes.
#[derive(Serialize, Deserialize)]
struct Flashblock {
    payload_id: String,
    index: u64,
    diff: Diff,
    metadata: Metadata,
}

#[derive(Serialize, Deserialize)]
struct Diff {
    transactions: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    block_number: u64,
    intended_ns: i64,
}

struct Delivery {
    message: u32,
    replica: u32,
    latency_ns: i64,
}

fn main() {
    let options = parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    let outcome =
        if options.is_sender { runtime.block_on(run_sender(&options)) } else { runtime.block_on(run_receiver(&options)) };
    if let Err(failure) = outcome {
        eprintln!("websocket: {failure}");
        exit(1);
    }
}

fn usage(why: &str) -> ! {
    eprintln!("websocket: {why}");
    exit(2);
}

fn parse() -> Options {
    let args: Vec<String> = std::env::args().collect();
    let mut options = Options { replicas: 1, ..Options::default() };
    match args.get(1).map(String::as_str) {
        Some("send") => options.is_sender = true,
        Some("receive") => {}
        _ => usage("send or receive?"),
    }
    for pair in args[2..].chunks(2) {
        let [name, value] = pair else { usage(&pair[0]) };
        let is_read = match name.as_str() {
            "--replicas" => value.parse().map(|v| options.replicas = v).is_ok(),
            "--port" => value.parse().map(|v| options.port = v).is_ok(),
            "--count" => value.parse().map(|v| options.count = v).is_ok(),
            "--bytes" => value.parse().map(|v| options.bytes = v).is_ok(),
            "--warmup" => value.parse().map(|v| options.warmup = v).is_ok(),
            "--rate" => value.parse().map(|v| options.rate = v).is_ok(),
            "--out" => { options.out = value.clone(); true }
            "--payload" => { options.payload = value.clone(); true }
            "--encoding" => { options.is_brotli = value == "brotli"; value == "brotli" || value == "text" }
            _ => false,
        };
        if !is_read {
            usage(&format!("{name} = {value}"));
        }
    }
    if options.replicas < 1 || options.replicas > 64 { usage("--replicas: 1..64") }
    if options.port == 0 { usage("--port: 1..65535") }
    if options.count < 1 { usage("--count: at least 1") }
    if options.bytes < 16 || options.bytes > MAX_MESSAGE_BYTES / 4 { usage("--bytes: 16..16777216") }
    if options.is_sender && options.rate <= 0.0 { usage("--rate: above 0") }
    if !options.is_sender && options.out.is_empty() { usage("--out is needed") }

    options
}

fn now_ns() -> i64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: now is a valid timespec for the whole call.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };

    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE_BYTES)).max_frame_size(Some(MAX_MESSAGE_BYTES))
}

/// The message's bytes as transactions in hex, cut once: a builder has them so, and only stamps differ.
fn transactions(options: &Options) -> Result<Vec<String>, Failure> {
    let mut bytes = vec![0u8; options.bytes];
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    for byte in &mut bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *byte = (state >> 56) as u8;
    }
    if !options.payload.is_empty() {
        let payload = std::fs::read(&options.payload)?;
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = payload[i % payload.len()];
        }
    }

    Ok(bytes.chunks(TX_BYTES).map(to_hex).collect())
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 + 2 * bytes.len());
    text.push_str("0x");
    for byte in bytes {
        text.push(DIGITS[(byte >> 4) as usize] as char);
        text.push(DIGITS[(byte & 15) as usize] as char);
    }

    text
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x")?.as_bytes();
    digits.chunks(2).map(|pair| match pair {
        [high, low] => Some(((*high as char).to_digit(16)? << 4 | (*low as char).to_digit(16)?) as u8),
        _ => None,
    }).collect()
}

async fn run_sender(options: &Options) -> Result<(), Failure> {
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let (to_clients, _) = broadcast::channel::<Message>(LAG_MESSAGES);
    for _ in 0..options.replicas {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let mut client = accept_async_with_config(stream, Some(config())).await?;
        let mut messages = to_clients.subscribe();
        tokio::spawn(async move {
            while let Ok(message) = messages.recv().await {
                if client.send(message).await.is_err() {
                    return;
                }
            }
            let _ = client.close(None).await;
        });
    }
    println!("READY");

    let mut block = Flashblock {
        payload_id: "0x0123456789abcdef".into(),
        index: 0,
        diff: Diff { transactions: transactions(options)? },
        metadata: Metadata { block_number: 1, intended_ns: 0 },
    };
    let start_ns = now_ns() + 100_000_000;
    let mut late = 0;
    for i in 0..options.count {
        let due_ns = start_ns + (i as f64 * 1e9 / options.rate) as i64;
        let wait_ns = due_ns - now_ns();
        if wait_ns > TIMER_NS {
            sleep(Duration::from_nanos((wait_ns - TIMER_NS) as u64)).await;
        }
        while now_ns() < due_ns {
            tokio::task::yield_now().await;
        }
        if i >= options.warmup && now_ns() - due_ns > LATE_NS {
            late += 1;
        }
        block.index = i as u64;
        block.metadata.intended_ns = due_ns;
        let json = serde_json::to_string(&block)?;
        let message = if options.is_brotli { compress(&json)? } else { Message::text(json) };
        to_clients.send(message)?;
        tokio::task::yield_now().await;
    }
    println!("{{\"sent\":{},\"late\":{late}}}", options.count);
    // Clients are still being sent the last messages, until whoever started this says that they have them.
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;

    Ok(())
}

fn compress(json: &str) -> Result<Message, Failure> {
    let params = BrotliEncoderParams { quality: BROTLI_QUALITY, ..BrotliEncoderParams::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut Cursor::new(json.as_bytes()), &mut packed, &params)?;

    Ok(Message::binary(Bytes::from(packed)))
}

async fn run_receiver(options: &Options) -> Result<(), Failure> {
    let (deliveries, mut arrived) = mpsc::unbounded_channel();
    println!("READY");
    for replica in 0..options.replicas {
        let stream = connect(options.port).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://127.0.0.1:{}/", options.port);
        let (mut server, _) = client_async_with_config(url, stream, Some(config())).await?;
        let deliveries = deliveries.clone();
        tokio::spawn(async move {
            while let Some(Ok(message)) = server.next().await {
                if let Some(delivery) = deliver(message, replica as u32) {
                    if deliveries.send(delivery).is_err() {
                        return;
                    }
                }
            }
        });
    }
    drop(deliveries);
    let mut seen = vec![false; options.count * options.replicas];
    let mut records = Vec::with_capacity(16 * seen.len());
    let (mut received, mut duplicates, mut bad) = (0, 0, 0);
    let mut patience = Duration::from_secs(60);
    while received < seen.len() {
        let Ok(Some(delivery)) = timeout(patience, arrived.recv()).await else { break };
        patience = QUIET;
        let Delivery { message, replica, latency_ns } = delivery;
        let place = replica as usize * options.count + message as usize;
        if message as usize >= options.count {
            bad += 1;
        } else if seen[place] {
            duplicates += 1;
        } else {
            seen[place] = true;
            received += 1;
            records.extend_from_slice(&message.to_le_bytes());
            records.extend_from_slice(&replica.to_le_bytes());
            records.extend_from_slice(&latency_ns.to_le_bytes());
        }
    }
    File::create(&options.out)?.write_all(&records)?;
    println!("{{\"received\":{received},\"duplicates\":{duplicates},\"bad\":{bad}}}");

    Ok(())
}

/// The receiver is started first and waits for the server, up to half a minute.
async fn connect(port: u16) -> Result<TcpStream, Failure> {
    let mut attempts = 0;
    loop {
        match TcpStream::connect(("127.0.0.1", port)).await {
            Ok(stream) => return Ok(stream),
            Err(refused) if attempts == 300 => return Err(refused.into()),
            Err(_) => attempts += 1,
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// What a client of Flashblocks does before its node can use a message; None for control frames.
fn deliver(message: Message, replica: u32) -> Option<Delivery> {
    let block: Option<Flashblock> = match &message {
        Message::Text(text) => serde_json::from_str(text).ok(),
        Message::Binary(packed) => {
            let mut json = Vec::new();
            brotli::BrotliDecompress(&mut Cursor::new(packed), &mut json).ok()?;
            serde_json::from_slice(&json).ok()
        }
        _ => return None,
    };
    let whole = block.filter(|block| block.diff.transactions.iter().all(|tx| from_hex(tx).is_some()));

    Some(match whole {
        Some(block) => Delivery {
            message: block.index as u32,
            replica,
            latency_ns: now_ns() - block.metadata.intended_ns,
        },
        None => Delivery { message: u32::MAX, replica, latency_ns: 0 },
    })
}
