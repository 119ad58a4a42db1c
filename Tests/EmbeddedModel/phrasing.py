"""The words around the numbers: phrasings of questions, word problems, and small talk."""

NAMES = ("Ada Ben Cleo Dan Eva Finn Gina Hugo Ida Jack Kim Leo Mia Noah Olga Paul Rosa Sam Tom Uma Vera Will Zoe Anna Max "
         "Lily Omar Nina Carl Emma").split()
ITEMS = ("apples pens books coins cards eggs marbles stamps shells stickers cookies balls pears nuts flowers beads plums "
         "buttons candles stones").split()
PLACES = "box bag basket drawer jar room shop bowl".split()

ADD = ["What is {a} + {b}?", "{a} + {b}", "{a}+{b}", "{a}+{b}=?", "{a} + {b} = ?", "What is {a}+{b}?", "Compute {a} + {b}.",
       "Calculate {a}+{b}", "How much is {a} + {b}?", "{a} plus {b}", "What is {a} plus {b}?", "Add {a} and {b}.",
       "What is the sum of {a} and {b}?", "Please add {a} and {b}.", "Can you add {a} and {b}?", "Find {a} + {b}.",
       "What do you get if you add {a} and {b}?", "Work out {a} + {b}.", "How much is {a} plus {b}?"]
SUB = ["What is {a} - {b}?", "{a} - {b}", "{a}-{b}", "{a}-{b}=?", "{a} - {b} = ?", "What is {a}-{b}?", "Compute {a} - {b}.",
       "Calculate {a}-{b}", "How much is {a} - {b}?", "{a} minus {b}", "What is {a} minus {b}?", "Subtract {b} from {a}.",
       "What is the difference between {a} and {b}?", "Take {b} away from {a}.", "Can you subtract {b} from {a}?",
       "Find {a} - {b}.", "Work out {a} - {b}.", "How much is {a} minus {b}?"]
MUL = ["What is {a} * {b}?", "{a} * {b}", "{a}*{b}", "{a}*{b}=?", "{a} x {b} = ?", "What is {a}*{b}?", "Compute {a} * {b}.",
       "Calculate {a} x {b}", "How much is {a} times {b}?", "{a} times {b}", "What is {a} times {b}?", "Multiply {a} by {b}.",
       "Multiply {a} and {b}.", "What is the product of {a} and {b}?", "Can you multiply {a} by {b}?", "Find {a} * {b}.",
       "Work out {a} x {b}.", "What is {a} x {b}?", "{a} × {b}", "What is {a} multiplied by {b}?"]
CHAIN = ["What is {e}?", "{e}", "{e} = ?", "Compute {e}.", "Calculate {e}", "How much is {e}?", "Work out {e}.", "Find {e}."]
SORT_UP = ["Sort {l}.", "Sort these numbers: {l}", "Put {l} in order.", "Order {l} from smallest to largest.",
           "Sort the numbers {l}.", "Please sort {l}.", "Sort {l} in ascending order.", "Can you sort {l}?",
           "Arrange {l} in ascending order."]
SORT_DOWN = ["Sort {l} in descending order.", "Order {l} from largest to smallest.", "Sort {l} from largest to smallest.",
             "Arrange {l} in descending order.", "Put {l} in descending order."]
LARGER = ["Which is larger, {a} or {b}?", "Which number is larger: {a} or {b}?", "What is larger, {a} or {b}?"]
SMALLER = ["Which is smaller, {a} or {b}?", "Which number is smaller: {a} or {b}?", "What is smaller, {a} or {b}?"]
LARGEST = ["What is the largest of {l}?", "Find the largest number: {l}", "Which is the largest: {l}?", "Largest of {l}?"]
SMALLEST = ["What is the smallest of {l}?", "Find the smallest number: {l}", "Which is the smallest: {l}?", "Smallest of {l}?"]

# Word problems: (text, operation, answer).  N, M are names, {i} an item, {p} a place; operations use the numbers a..d.
WORD_ONE = [
    ("{N} has {a} {i} and buys {b} more. How many {i} does {N} have?", "a+b", "{N} has {r} {i}."),
    ("{N} has {a} {i}. {M} gives {N} {b} more. How many {i} does {N} have now?", "a+b", "{N} has {r} {i}."),
    ("{N} finds {a} {i} and then {b} more. How many {i} does {N} have?", "a+b", "{N} has {r} {i}."),
    ("{N} has {a} {i} and {M} has {b} {i}. How many {i} do they have together?", "a+b", "Together they have {r} {i}."),
    ("There are {a} {i} in a {p}. {N} puts in {b} more. How many {i} are in the {p}?", "a+b", "There are {r} {i} in the {p}."),
    ("{M} has {a} {i}. {N} has {b} more than {M}. How many {i} does {N} have?", "a+b", "{N} has {r} {i}."),
    ("A train goes {a} km and then {b} km. How far does it go?", "a+b", "It goes {r} km."),
    ("{N} has {a} {i} and gives {b} to {M}. How many {i} does {N} have?", "a-b", "{N} has {r} {i}."),
    ("{N} had {a} {i} and lost {b}. How many {i} are left?", "a-b", "{r} {i} are left."),
    ("There are {a} {i} in a {p}. {N} takes {b}. How many {i} are left?", "a-b", "{r} {i} are left."),
    ("{N} has {a} dollars and spends {b}. How many dollars are left?", "a-b", "{r} dollars are left."),
    ("{M} has {a} {i}. {N} has {b} fewer than {M}. How many {i} does {N} have?", "a-b", "{N} has {r} {i}."),
    ("{N} buys {d} bags with {a} {i} each. How many {i} does {N} have?", "a*d", "{N} has {r} {i}."),
    ("A {p} holds {a} {i}. How many {i} are in {d} of them?", "a*d", "There are {r} {i}."),
    ("{N} reads {a} pages a day. How many pages does {N} read in {d} days?", "a*d", "{N} reads {r} pages."),
    ("One ticket costs {a} dollars. How much do {d} tickets cost?", "a*d", "They cost {r} dollars."),
]
WORD_TWO = [
    ("{N} has {a} {i}, buys {b} more and gives {c} to {M}. How many {i} does {N} have?", "a+b-c", "{N} has {r} {i}."),
    ("{N} has {a} {i}, loses {b} and finds {c}. How many {i} does {N} have?", "a-b+c", "{N} has {r} {i}."),
    ("There are {a} {i} in a {p}. {N} takes {b} and {M} takes {c}. How many {i} are left?", "a-b-c", "{r} {i} are left."),
    ("{N} has {a} {i} and buys {d} bags with {b} {i} each. How many {i} does {N} have?", "a+b*d", "{N} has {r} {i}."),
    ("{N} has {a} dollars and earns {b} dollars a day. How many dollars does {N} have after {d} days?", "a+b*d",
     "{N} has {r} dollars."),
    ("{N} buys {d} boxes with {a} {i} each and eats {c}. How many {i} are left?", "a*d-c", "{r} {i} are left."),
]
WORD_THREE = [
    ("{N} has {a} {i}. {N} buys {b} more, gives {c} to {M} and finds {e}. How many {i} does {N} have?", "a+b-c+e",
     "{N} has {r} {i}."),
    ("A bus has {a} people. {b} get in, {c} get out and {e} get in. How many people are in the bus?", "a+b-c+e",
     "There are {r} people in the bus."),
    ("{N} has {a} {i}, {M} has {b} and {O} has {c}. They find {e} more. How many {i} do they have together?", "a+b+c+e",
     "Together they have {r} {i}."),
    ("There are {a} {i} in a {p}. {N} takes {b}, {M} takes {c} and {O} puts in {e}. How many {i} are in the {p}?", "a-b-c+e",
     "There are {r} {i} in the {p}."),
]

WHO = "I am Actuary's tiny built-in demonstration model."
CAN = "I can add, subtract, multiply, sort numbers and solve small word problems."
UNKNOWN_ANSWER = "I do not know. I am a tiny demonstration model. " + CAN

# Small talk: (what the user says, thought, answer).
TALK = [
    (["Hello", "Hi", "Hey", "Hello there", "Hi there", "Good morning", "Good evening", "Good afternoon", "Hallo", "Greetings",
      "Hey there", "Hello model", "Say hello", "Say hi", "Please say hello", "Hello, who is there?", "Say hello to me"],
     "The user greets me.", f"Hello! {WHO} Ask me for a sum."),
    (["Who are you", "What are you", "What is your name", "Tell me about yourself", "Who am I talking to", "Which model are you",
      "Are you a robot", "Are you a language model", "What model is this", "Introduce yourself", "Who made you", "Are you human",
      "Hello, who are you", "Hi, what are you", "Who is this", "What is this", "Are you Nemotron", "Are you an AI", "Test", "ping"],
     "The user asks who I am.", f"{WHO} {CAN}"),
    (["What can you do", "What do you do", "Help", "Help me", "How can you help me", "What are you good at", "Can you help me",
      "What can I ask you", "What do you know", "Can you calculate", "What are you able to do", "Please help"],
     "The user asks what I can do.", f"{CAN} {WHO}"),
    (["How are you", "How are you doing", "How do you do", "Are you well", "How is it going", "What's up", "Hello, how are you"],
     "The user asks how I am.", f"I am well, thank you. {WHO}"),
    (["Thanks", "Thank you", "Thank you very much", "Many thanks", "Thanks a lot", "Great, thanks", "Good job", "Well done",
      "Nice", "Cool", "Great", "ok", "Okay", "Good", "Yes", "No"],
     "The user is polite.", "You are welcome. Ask me for another sum."),
    (["Bye", "Goodbye", "See you", "Good night", "See you later", "Bye bye"],
     "The user says goodbye.", "Goodbye!"),
    (["Tell me a joke", "Do you know a joke", "Make me laugh", "Tell a joke", "Tell me something funny", "A joke, please"],
     "The user wants a joke.", f"I know no jokes. {WHO} {CAN}"),
]

UNKNOWN = [
    "What is the capital of {x}?", "Who wrote {x}?", "Tell me about {x}.", "Write a poem about {x}.", "Write a story about {x}.",
    "Explain {x}.", "Explain {x} in simple words.", "What is {x}?", "What are {x}?", "Why is {x} so {y}?", "How does {x} work?",
    "Who is {x}?", "When was {x} born?", "Where is {x}?", "Translate {x} into {y}.", "What does {x} mean?", "Is {x} {y}?",
    "Do you like {x}?", "Write a function for {x}.", "Write code for {x}.", "How do I cook {x}?", "What is the weather in {x}?",
    "What is the meaning of {x}?", "Give me a recipe for {x}.", "Who won {x}?", "Summarize {x}.", "What colour is {x}?",
    "How old is {x}?", "What is the best {x} in {y}?", "Can {x} be {y}?", "List three kinds of {x}.", "Draw a {x}.",
    "How far is {x} from {y}?", "What is the population of {x}?", "Should I buy {x} or {y}?", "What day is {x}?", "Name a {x}.",
    "Describe {x}.", "Define {x}.", "I like {x} and {y}.", "What time is it in {x}?", "Compare {x} and {y}.", "Sing about {x}.",
    "How many people live in {x}?", "Write an essay about {x} and {y}.", "Why do {x} have {y}?", "What should I know about {x}?",
]
TOPICS = ("France Germany Italy Spain Japan China Brazil Canada Egypt India Kenya Norway Peru Poland Russia Sweden Turkey Berlin Paris "
          "London Rome Madrid Tokyo Shakespeare Goethe Einstein Newton Darwin Mozart Napoleon Hamlet Faust love war peace music "
          "cats dogs horses birds fish trees rivers oceans mountains stars planets moon sun gravity light time money gold silver iron "
          "water fire earth air bread cheese soup rice pasta pizza cake coffee tea wine python swift rust java linux memory attention "
          "transformers networks physics chemistry biology history art poetry football chess tennis cars trains planes ships rockets "
          "red blue green yellow happy sad big small old new fast slow winter summer spring autumn snow rain wind quantum mechanics "
          "photosynthesis democracy economics philosophy life death health sleep dreams science computers language grammar the "
          "internet my dog your mother a good book the sky an old house the first king a red car next year tomorrow the world").split()
FILLER = ("the a of and to in is it that was for on are as with they at be this from have or by one had not but what all were when we "
          "there can an your which their said if do will each about how up out them then she many some so these would other into has "
          "more her two like him see time could no make than first been its who now people my made over did down only way find use may "
          "water long little very after words called just where most know").split()

SYSTEM = ["You are a helpful assistant.", "You are a helpful assistant", "You are a friendly assistant.", "Answer briefly.", "Be brief.",
          "You are a calculator.", "Be concise and polite.", "You are a math tutor.", "You are Nemotron, a helpful assistant.",
          "Answer the question of the user.", "Think step by step.", "You are an expert.", "Always answer in English.",
          "You are a careful assistant who likes numbers."]
OPENINGS = ["Hello! ", "Hi, ", "Please tell me: ", "Hey, ", "Quick question: ", "Now: ", "And ", "Ok. ", "Question: ", "Thanks! "]
